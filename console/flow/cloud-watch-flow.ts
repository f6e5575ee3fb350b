/** The flow of a stage on AWS, from CloudWatch's metrics by the minute. */
import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { type MetricAsked, type MetricSeries, readMetrics } from '../../aws/metric-data.ts';
import { lanes } from '../../core/message/messages.ts';
import { FUNCTIONS } from '../../core/supervision/supervision-tree.ts';
import { METRICS_NAMESPACE, serviceOf } from '../../telemetry/metrics.ts';
import type { FlowNews } from '../contract/flow.ts';
import type { EnvironmentsView } from '../contract/snapshot.ts';
import { FigureReader } from '../reader/figure-reader.ts';
import { placeOf, prefixOf, shortOf } from '../reader/names.ts';
import type { FlowReader } from '../reader/reader.ts';
import { DELIVERY_METRICS, FlowPoints, LANE_METRICS } from './flow-points.ts';
import { QueueAges } from './queue-ages.ts';

const MINUTE_MS = 60_000;
const KEPT_MS = 60 * MINUTE_MS;
const READ_EVERY_MS = 30_000;
/** CloudWatch may still receive metrics of a minute this long after it. */
const LATE_MS = 4 * MINUTE_MS;
/** CloudWatch's metrics of queues are some minutes old. */
const AGE_KEPT_MS = 5 * MINUTE_MS;

export class CloudWatchFlow implements FlowReader {
  readonly ages = new QueueAges(AGE_KEPT_MS);
  readonly #stage: string;
  readonly #queues: () => Promise<readonly string[]>;
  readonly #now: () => number;
  readonly #points = new FlowPoints(MINUTE_MS, KEPT_MS);
  /** By the latest minute that is told of; all that is asked of CloudWatch is read with it. */
  readonly environments: FigureReader<readonly EnvironmentsView[]>;
  readonly #client: CloudWatchClient;
  #readTo = 0;

  /** @param queues names without the stage's prefix */
  constructor(
    client: CloudWatchClient,
    stage: string,
    queues: () => Promise<readonly string[]>,
    now: () => number,
  ) {
    this.#client = client;
    this.#stage = stage;
    this.#queues = queues;
    this.#now = now;
    this.environments = new FigureReader(READ_EVERY_MS, () => this.#read(), now);
  }

  all(): FlowNews {
    return this.#news(this.#points.all(this.#now()));
  }

  async refresh(): Promise<FlowNews | undefined> {
    const before = this.environments.figure;
    await this.environments.refresh();
    return this.environments.figure === before ? undefined : this.#news(this.#points.changed());
  }

  async #read(): Promise<EnvironmentsView[]> {
    const to = this.#now();
    const from = Math.max(to - KEPT_MS, this.#readTo - LATE_MS);
    const start = Math.floor(from / MINUTE_MS) * MINUTE_MS;
    const asked = askedOf(this.#stage, await this.#queues());
    const series = await readMetrics(this.#client, asked, start, to);
    this.#points.clearFrom(start);
    for (const one of series) this.#take(one);
    this.#readTo = to;
    return environmentsIn(this.#stage, series);
  }

  #take({ asked, points }: MetricSeries): void {
    const { QueueName, queue } = asked.dimensions;
    for (const { at, value } of points) {
      if (queue !== undefined) this.ages.report(queue, at, value * 1_000);
      else if (QueueName !== undefined) {
        this.ages.report(shortOf(this.#stage, QueueName), at, value * 1_000);
      } else if (asked.namespace === METRICS_NAMESPACE) this.#points.add({ ...asked, at, value });
    }
  }

  #news(points: ReturnType<FlowPoints['all']>): FlowNews {
    const { readAt, trouble } = this.environments.figure;
    const age = {
      ...(readAt !== undefined && { readAt }),
      ...(trouble !== undefined && { trouble }),
    };
    const now = this.#now();
    return { now, stepMs: MINUTE_MS, keptMs: KEPT_MS, figure: { value: points, ...age } };
  }
}

function askedOf(stage: string, queues: readonly string[]): MetricAsked[] {
  const own = { namespace: METRICS_NAMESPACE, statistic: 'Sum' } as const;
  const service = serviceOf(stage);
  const ofLanes = lanes.flatMap((lane) =>
    LANE_METRICS.map((name) => ({
      ...own,
      name,
      dimensions: { service, component: 'validate', lane },
    })),
  );
  const ofDelivery = DELIVERY_METRICS.map((name) => ({
    ...own,
    name,
    dimensions: { service, component: 'deliver' },
  }));
  return [
    ...ofLanes,
    ...ofDelivery,
    ...queues.flatMap((name) => agesOf(stage, name)),
    ...busyOf(stage),
  ];
}

/**
 * As lib/alarms/queue-alarms.ts does: AWS's own metric leaves out messages that wait with back-off.
 */
function agesOf(stage: string, queue: string): MetricAsked[] {
  if (placeOf(queue) === undefined) return [];
  const aws = { namespace: 'AWS/SQS', name: 'ApproximateAgeOfOldestMessage' };
  const own = { namespace: METRICS_NAMESPACE, name: 'OldestAge' };
  return [
    { ...aws, dimensions: { QueueName: `${prefixOf(stage)}${queue}` }, statistic: 'Maximum' },
    { ...own, dimensions: { service: serviceOf(stage), queue }, statistic: 'Maximum' },
  ];
}

const busyOf = (stage: string): MetricAsked[] =>
  FUNCTIONS.map((name) => ({
    namespace: 'AWS/Lambda',
    name: 'ConcurrentExecutions',
    dimensions: { FunctionName: `${prefixOf(stage)}${name}` },
    statistic: 'Maximum',
  }));

function environmentsIn(stage: string, series: readonly MetricSeries[]): EnvironmentsView[] {
  return series
    .filter(({ asked }) => asked.name === 'ConcurrentExecutions')
    .map(({ asked, points }) => {
      const latest = points.reduce((a, b) => (b.at > a.at ? b : a), { at: 0, value: 0 });
      const name = asked.dimensions['FunctionName'] ?? '';
      return { function: shortOf(stage, name), busy: latest.value };
    });
}

/**
 * Logger and metrics of a function, one each for the life of an environment. They leave the account's
 * tables, so they never hold a body, a value or a resource's id (R08): message ids, counts and kinds only.
 */
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { Metrics } from '@aws-lambda-powertools/metrics';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { scoped } from './invocation.ts';
import type { Log } from './log.ts';
import {
  type EmitterMetric,
  MEMORY_PERCENT_MIN,
  METRICS,
  METRICS_NAMESPACE,
  type Metric,
  type MetricName,
  type MetricOf,
  type OwnDimension,
  serviceOf,
} from './metrics.ts';
import { queueAge } from './queue-age.ts';
import { nameSources } from './source-map.ts';
import { Tally } from './tally.ts';
import { withThrottleCount } from './throttle-count.ts';

/** The function, on each log line and as the dimensions of each metric. */
export interface Emitter extends Record<string, string> {
  readonly component: string;
}

export type Handler<E, R> = (event: E, context: Context) => Promise<R>;

export interface Telemetry {
  readonly logger: Log;
  /** For an invocation with this many messages. */
  tally(messages: number): Tally;
  /** Emits one value of a metric of this function. */
  measure(name: Extract<EmitterMetric, 'DeliveryFailingSeconds'>, value: number): void;
  /**
   * Emits the duration of something that ends now. Never below 0: another machine's clock may be
   * ahead.
   */
  measureSince(
    name: Extract<EmitterMetric, 'AuditLag' | 'DeliveryLatency' | 'VerdictLatency'>,
    since: number,
  ): void;
  /**
   * Emits one metric at once about something else than this function. `by` is the dimension,
   * `which` its value.
   */
  emit<By extends OwnDimension>(name: MetricOf<By>, by: By, which: string, value?: number): void;
  /**
   * Wraps a handler with logging, metrics and queue ages. What it leaves pending ends with its invocation
   * (R61).
   */
  handler<E, R>(emitter: Emitter, handle: Handler<E, R>): Handler<E, R>;
}

/** middy would give up a handler before its timeout. Its environment would live, and the handler go on later (R61). */
const NEVER = 0;

export interface TelemetryOptions {
  readonly stage: string;
  /** Memory size of the function; its use is not measured if this is not known. */
  readonly memoryMb?: number | undefined;
  readonly now: () => number;
}

/** Uses Powertools: lines of JSON, and metrics among them. */
export function startTelemetry({ stage, memoryMb = 0, now }: TelemetryOptions): Telemetry {
  const serviceName = serviceOf(stage);
  const logger = new Logger({ serviceName });
  const metrics = new Metrics({ namespace: METRICS_NAMESPACE, serviceName });
  const add = (name: EmitterMetric, value: number) =>
    metrics.addMetric(name, METRICS[name].unit, value);
  const emitOne = (
    name: MetricName,
    dimensions: Readonly<Record<string, string>>,
    value: number,
  ) => {
    const { unit, alsoOfStage }: Metric = METRICS[name];
    const single = new Metrics({ namespace: METRICS_NAMESPACE, serviceName, singleMetric: true });
    for (const [by, which] of Object.entries(dimensions)) single.addDimension(by, which);
    if (alsoOfStage) single.addDimensions({});
    single.addMetric(name, unit, value);
  };
  const emit: Telemetry['emit'] = (name, by, which, value = 1) =>
    emitOne(name, { [by]: which }, value);
  const emitAge = (queue: string, seconds: number) => emit('OldestAge', 'queue', queue, seconds);
  /** All threads of the process; child processes are not included. */
  const measureMemory = (emitter: Emitter) => {
    if (!(memoryMb > 0)) return;
    const percent = Math.round((100 * process.memoryUsage.rss()) / (memoryMb * 1024 * 1024));
    if (percent >= MEMORY_PERCENT_MIN) emitOne('MemoryPercent', emitter, percent);
  };
  const publish = () => {
    if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
  };
  return {
    logger,
    tally: (messages) => new Tally(messages, add, logger),
    measure: add,
    measureSince: (name, since) => add(name, Math.max(0, now() - since)),
    emit,
    handler<E, R>(emitter: Emitter, handle: Handler<E, R>) {
      logger.appendPersistentKeys(emitter);
      metrics.setDefaultDimensions(emitter);
      const emitThrottles = (count: number) => {
        if (count > 0) emitOne('Throttled', emitter, count);
      };
      return middy<E, R>({ timeoutEarlyInMillis: NEVER })
        .use(injectLambdaContext(logger))
        .use({ after: publish, onError: publish })
        .use(queueAge(`${serviceName}-`, emitAge, now))
        .use({ after: () => measureMemory(emitter) })
        .use({ onError: ({ error }) => nameSources(error) })
        .handler((event, context) =>
          withThrottleCount(() => scoped(() => handle(event, context)), emitThrottles),
        ) as Handler<E, R>;
    },
  };
}

/** One screen that shows the whole pipeline: what comes in, how it ends, what broke, what it costs. */
import { Duration } from 'aws-cdk-lib';
import {
  Dashboard as CloudWatchDashboard,
  GraphWidget,
  type IMetric,
  MathExpression,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import type { MetricName } from '../../telemetry/metrics.ts';
import type { Config } from '../config/config.ts';
import { resourceName } from '../config/stage-config.ts';
import type { Foundation } from '../constructs/foundation.ts';
import type { Lane } from '../constructs/lane.ts';
import type { PipelineFunction } from '../constructs/pipeline-function.ts';
import { type OwnMetric, ownMetric } from './own-metric.ts';
import { type PipelineParts, QUARANTINE_CLASSES } from './pipeline-alarms.ts';

export interface DashboardParts extends PipelineParts {
  readonly validating: readonly Lane[];
  /** Billed by run time. */
  readonly functions: readonly PipelineFunction[];
  /** Billed by writes. */
  readonly tables: readonly Table[];
}

const ROW_HEIGHT = 6;
const MINUTE = { period: Duration.minutes(1) };
const VERDICTS = [
  ['Valid', 'valid'],
  ['Invalid', 'invalid'],
  ['CrashException', 'exception'],
  ['CrashTimeout', 'timeout'],
  ['CrashOutOfMemory', 'out-of-memory'],
  ['CrashExit', 'exit'],
] as const satisfies readonly (readonly [MetricName, string])[];

export class Dashboard extends Construct {
  constructor(scope: Construct, id: string, { config }: Foundation, parts: DashboardParts) {
    super(scope, id);
    const own: Own = (name, of, more = {}) => ownMetric({ stage: config.stage, name, of, ...more });
    const rows = [
      [title(config)],
      [submitted(own, parts), ages(own, parts), latencies(own, parts)],
      [verdicts(own, parts), isolation(own, parts), quarantine(own)],
      [incidentWindow(own, config), supervision(own, parts), breakers(own, parts)],
      [memory(own, parts), audit(own), billed(parts)],
    ];
    new CloudWatchDashboard(this, 'Screen', {
      dashboardName: resourceName(config.stage, 'story'),
      defaultInterval: Duration.hours(3),
      widgets: rows,
    });
  }
}

type Own = (
  name: MetricName,
  of: OwnMetric['of'],
  more?: Pick<OwnMetric, 'statistic' | 'minutes' | 'label'>,
) => IMetric;

function title({ stage, incident }: Config): TextWidget {
  const markdown = `# fhir-failsafe ${stage}\nWhat rings, and what to do then: [runbook](${incident.runbook})`;
  return new TextWidget({ markdown, width: 24, height: 2 });
}

const graph = (name: string, left: IMetric[], right: IMetric[] = []) =>
  new GraphWidget({ title: name, left, right, width: 8, height: ROW_HEIGHT });

const of = ({ name: lane }: Lane) => ({ component: 'validate', lane });

const submitted = (own: Own, { validating }: DashboardParts) =>
  graph(
    'Lanes: submitted a minute',
    validating.map((lane) => own('Submitted', of(lane), { label: lane.name })),
  );

/** AWS's age leaves out what waits with back-off; our own metric includes it. */
const ages = (own: Own, { validating }: DashboardParts) =>
  graph(
    'Lanes: age of the oldest message (s)',
    validating.flatMap(({ name, queue, isolation: suspects }) =>
      [
        { queue, label: name, of: { queue: name } },
        { queue: suspects, label: `${name}, isolation`, of: { queue: `${name}-isolation` } },
      ].flatMap(({ queue: each, label, of: whose }) => [
        each.metricApproximateAgeOfOldestMessage({ ...MINUTE, statistic: 'Maximum', label }),
        own('OldestAge', whose, { statistic: 'Maximum', label: `${label}, given back` }),
      ]),
    ),
  );

const latencies = (own: Own, { validating, lanes }: DashboardParts) =>
  graph('From submission (ms, p95)', [
    ...validating.map((lane) =>
      own('VerdictLatency', of(lane), { statistic: 'p95', label: `${lane.name}: verdict` }),
    ),
    ...(lanes.includes('delivery')
      ? [own('DeliveryLatency', { component: 'deliver' }, { statistic: 'p95', label: 'delivery' })]
      : []),
  ]);

/** Over all lanes. A lane may never have had such a verdict: the sum of a list needs one lane that has. */
const verdicts = (own: Own, { validating }: DashboardParts) =>
  graph(
    'Verdicts a minute',
    VERDICTS.map(([name, label]) => {
      const parts = validating.map((lane) => [
        `${label.replaceAll('-', '')}${lane.name}`,
        own(name, of(lane)),
      ]);
      const ids = parts.map(([id]) => `FILL(${id}, 0)`);
      return new MathExpression({
        label,
        expression: `SUM([${ids.join(', ')}])`,
        usingMetrics: Object.fromEntries(parts),
        ...MINUTE,
      });
    }),
  );

const isolation = (own: Own, { validating }: DashboardParts) =>
  graph(
    'Isolation: depth, and suspects that came',
    validating.map(({ name, isolation: queue }) =>
      queue.metricApproximateNumberOfMessagesVisible({
        ...MINUTE,
        statistic: 'Maximum',
        label: name,
      }),
    ),
    validating.map((lane) => own('Suspects', of(lane), { label: `${lane.name}: suspects` })),
  );

const quarantine = (own: Own) =>
  graph(
    'Quarantined a minute, by class',
    QUARANTINE_CLASSES.map((verdict) => own('Quarantined', { verdict }, { label: verdict })),
  );

/** The incident's own window and threshold (R20), whatever the scope. */
function incidentWindow(own: Own, { incident }: Config): GraphWidget {
  const minutes = Math.max(1, Math.ceil(incident.windowSeconds / 60));
  const by = { component: 'incident' };
  return new GraphWidget({
    title: `Crashes in ${minutes} min, all scopes, and the threshold of one`,
    left: [own('Crashes', by, { minutes, label: 'crashes' })],
    right: [
      own('Incidents', by, { label: 'incidents opened' }),
      own('Pages', by, { label: 'pages' }),
    ],
    leftAnnotations: [{ value: incident.crashes, label: 'opens an incident' }],
    width: 8,
    height: ROW_HEIGHT,
  });
}

const supervision = (own: Own, { lanes }: DashboardParts) =>
  graph(
    'Supervision: lanes paused, restarts',
    lanes.map((lane) =>
      own('LanePaused', { lane }, { statistic: 'Maximum', label: `${lane} paused` }),
    ),
    [
      ...lanes.map((component) =>
        own('Restarts', { component }, { label: `${component}: restarts` }),
      ),
      own('Escalations', { component: 'supervisor' }, { label: 'escalations of the root' }),
    ],
  );

const breakers = (own: Own, { services }: DashboardParts) =>
  graph(
    'Breakers: open since (s), refused',
    services.map((breaker) =>
      own('BreakerOpenSeconds', { breaker }, { statistic: 'Maximum', label: breaker }),
    ),
    services.map((breaker) => own('BreakerRefused', { breaker }, { label: `${breaker}: refused` })),
  );

const memory = (own: Own, { validating }: DashboardParts) =>
  graph(
    'Memory of validate (%)',
    validating.map((lane) =>
      own('MemoryPercent', of(lane), { statistic: 'Maximum', label: lane.name }),
    ),
  );

const audit = (own: Own) =>
  graph(
    'Audit: how late (ms), entries',
    [own('AuditLag', { component: 'audit' }, { statistic: 'Maximum', label: 'lag' })],
    [own('AuditEntries', { component: 'audit' }, { label: 'entries' })],
  );

const billed = ({ functions, tables }: DashboardParts) =>
  graph(
    'What is billed: run time (ms), write units',
    functions.map(({ name, lambda }) =>
      lambda.metricDuration({ ...MINUTE, statistic: 'Sum', label: name }),
    ),
    tables.map((table) =>
      table.metricConsumedWriteCapacityUnits({ ...MINUTE, statistic: 'Sum', label: table.node.id }),
    ),
  );

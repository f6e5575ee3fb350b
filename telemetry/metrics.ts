/**
 * Every metric that a function of ours emits: its unit, its dimensions, what it counts. Code, alarms,
 * dashboard and docs/metrics.md all use this one table.
 *
 * CloudWatch bills each combination of name and dimensions as a metric of its own, so there are few
 * dimensions with few values: never an id, a source or a fingerprint (R08).
 */

export const METRICS_NAMESPACE = 'fhir-failsafe';

/** Less is not emitted: a metric costs in each hour in which it has a value. */
export const MEMORY_PERCENT_MIN = 60;

/** On every metric: the stack, so that stages in one account do not add up. */
export const serviceOf = (stage: string) => `${METRICS_NAMESPACE}-${stage}`;

/** The dimensions besides `service`, by what a metric is about. */
export const DIMENSIONS = {
  /** The function that emits it, and its lane if it serves one. */
  emitter: ['component', 'lane'],
  /** A component of the supervision tree, whoever emits it. */
  component: ['component'],
  lane: ['lane'],
  verdict: ['verdict'],
  breaker: ['breaker'],
  /** Without the stage's prefix. */
  queue: ['queue'],
} as const;

export interface Metric {
  readonly unit: 'Count' | 'Milliseconds' | 'Percent' | 'Seconds';
  readonly by: keyof typeof DIMENSIONS;
  readonly means: string;
  /** Emitted with `service` alone, too: one alarm then watches all components, queues or verdicts. */
  readonly alsoOfStage?: true;
}

const counts = (means: string) => ({ unit: 'Count', by: 'emitter', means }) as const;
const countsBy = <By extends Metric['by']>(by: By, means: string) =>
  ({ unit: 'Count', by, means }) as const;

export const METRICS = {
  Submitted: counts('messages that a lane met for the first time'),
  Valid: counts('verdicts: valid, and stored unless a newer submission was there'),
  Invalid: counts('verdicts: invalid, and quarantined with an OperationOutcome'),
  CrashException: counts('verdicts: it threw'),
  CrashTimeout: counts('verdicts: it took longer than its deadline'),
  CrashOutOfMemory: counts('verdicts: it exhausted the heap'),
  CrashExit: counts('verdicts: it ended its process'),
  PluginCrashes: counts(
    'crashes of plugins; those of required ones are verdicts, as long as the plugin is on',
  ),
  SenderRefused: counts(
    'messages of a sender that may not send here (see sources), or may not tell this (SECURITY.md)',
  ),
  Suspects: counts('messages sent to isolation because they were in an environment that died'),
  SlowInBatch: counts(
    'messages sent to isolation because they took more processor time or memory than a batch gives them',
  ),
  MarksNotEmptied: counts(
    'batches given back whose mark may still name them: its next batch overwrites it',
  ),
  NotInTime: counts('messages given back because the invocation had no time left'),
  DeadLettered: counts('messages that crashed alone as often as allowed'),
  Redriven: counts(
    'messages that run again, and deliveries that ended, because an operator sent them back',
  ),
  VerdictLatency: {
    unit: 'Milliseconds',
    by: 'emitter',
    means:
      'from submission (SentTimestamp of the first queue), or from the redrive of one that was sent back, to the end of a valid or invalid one',
  },
  CodesAsked: counts('codes that the terminology server was asked'),
  CodesFromTable: counts('codes answered by the table of answers'),
  CodesRemembered: counts('codes answered from memory'),
  CodesStale: counts('codes answered by an old answer, because the server could not be asked'),
  CodesUnverified: counts('codes that nobody answered'),
  Quarantined: {
    ...countsBy('verdict', 'entries of Quarantine, by the class of their fingerprint'),
    alsoOfStage: true,
  },
  EnvelopesUnreadable: {
    ...countsBy(
      'component',
      'deliveries of messages of our own whose envelope cannot be read; they wait',
    ),
    alsoOfStage: true,
  },
  AlreadyEnded: counts('dead letters whose message already had an outcome'),
  Calls: counts('calls of the FHIR server'),
  Repeats: counts('calls that may have been made before'),
  Delivered: counts('resources that the FHIR server accepted'),
  DeliveryLatency: {
    unit: 'Milliseconds',
    by: 'emitter',
    means: 'from submission, or from the redrive of one that was sent back, to delivery',
  },
  DeliveryFailures: counts('calls that failed, were not answered, or came too early'),
  DeliveryFailingSeconds: {
    unit: 'Seconds',
    by: 'emitter',
    means: 'how long calls for a resource have failed, at each failed call',
  },
  OtherVersion: counts('calls answered by a conflict of versions'),
  Unconfirmed: counts('calls that succeeded while an earlier one might still take effect'),
  Undelivered: counts('resources that the FHIR server does not accept'),
  NothingPending: counts('triggers that found nothing to send'),
  Marked: counts('triggers that left the queue and are sent again when due'),
  Waiting: counts('triggers that wait in the queue'),
  Resent: counts('triggers sent again, each minute'),
  BreakerOpened: countsBy('breaker', 'transitions to open'),
  BreakerHalfOpened: countsBy('breaker', 'transitions to half-open'),
  BreakerClosed: countsBy('breaker', 'transitions to closed'),
  BreakerForced: countsBy('breaker', 'commands of an operator seen'),
  BreakerRefused: countsBy('breaker', 'calls refused without being made'),
  BreakerProbes: countsBy('breaker', 'probes'),
  BreakerStoreUnavailable: countsBy(
    'breaker',
    'times that an environment used its own memory because the table failed',
  ),
  BreakerNewsDelayed: countsBy('breaker', 'transitions that could not be published at once'),
  BreakerOpenSeconds: {
    unit: 'Seconds',
    by: 'breaker',
    means:
      'state: how long it has not been closed, each minute; nothing while it is closed, nor of a server that is no longer delivered to',
  },
  Deaths: counts('deaths that the monitor saw from outside'),
  Crashes: counts('crash events recorded, each once'),
  Incidents: counts('incidents opened'),
  IncidentsResolved: counts('incidents resolved by quiet'),
  Pages: counts('pages to on-call'),
  Notices: counts('notices to management'),
  PagesUnanswered: counts('pages and notices sent because nobody acknowledged the page before'),
  Restarts: countsBy('component', 'deaths of a component that its supervisor counts'),
  LanePauses: counts('holds put on a lane'),
  LaneReleases: counts('holds taken off a lane'),
  LanePaused: countsBy(
    'lane',
    'state: 1 while anybody holds the lane, each minute; nothing while it runs',
  ),
  Probes: counts('messages run by the supervisor itself'),
  ProbesFailed: counts('probes that failed'),
  Escalations: counts('escalations of the root'),
  AuditEntries: counts('entries written to the audit log'),
  AuditUnreadable: counts('messages for the audit log that are not facts, recorded as such'),
  AuditLag: {
    unit: 'Milliseconds',
    by: 'emitter',
    means: 'from the publication of a fact to its entry',
  },
  FactsKept: counts('outcomes, and notices of incidents, kept as facts'),
  ReportsMade: counts('editions of a daily report'),
  ReportsDue: counts(
    'state: days whose report is due or being made, each minute; nothing while there is none',
  ),
  OldestAge: {
    unit: 'Seconds',
    by: 'queue',
    means:
      'age of the oldest message that was given back, or received for the third time or more often',
    alsoOfStage: true,
  },
  MemoryPercent: {
    unit: 'Percent',
    by: 'emitter',
    means: 'memory of the environment after an invocation, of what the function has, from 60 % on',
    alsoOfStage: true,
  },
  Throttled: {
    ...counts('tries of calls that AWS refused as too many; the SDK tries again'),
    alsoOfStage: true,
  },
  ComponentFaults: counts('faults of our own infrastructure (R09); messages wait'),
} as const satisfies Readonly<Record<string, Metric>>;

export type MetricName = keyof typeof METRICS;
type MetricBy<By extends Metric['by']> = {
  [Name in MetricName]: (typeof METRICS)[Name]['by'] extends By ? Name : never;
}[MetricName];

/** What a function emits about itself. */
export type EmitterMetric = MetricBy<'emitter'>;
/** What is emitted about something else, under a dimension of its own. */
export type OwnDimension = Exclude<Metric['by'], 'emitter'>;
export type MetricOf<By extends OwnDimension> = MetricBy<By>;

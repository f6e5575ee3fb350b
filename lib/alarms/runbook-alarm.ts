/** An alarm of this stack: it names its section of the runbook, and notifies people. */
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { resourceName } from '../config/stage-config.ts';
import type { Foundation } from '../constructs/foundation.ts';

/** The sections of docs/runbook.md that alarms link, by their headings. */
export const SECTIONS = {
  age: 'A queue is getting old',
  deadLetters: 'Messages in a dead-letter queue',
  monitorDeadLetters: "Messages in the monitor's dead-letter queue",
  envelopes: 'An envelope cannot be read',
  quarantine: 'Quarantine is growing',
  breaker: 'A breaker is open',
  undelivered: 'Something was not delivered',
  lanePaused: 'Lane paused',
  escalation: 'The root gave up',
  audit: 'The audit log is late or failing',
  throttles: 'Something is throttled',
  memory: 'A function is near its memory limit',
  errors: 'A function fails',
  unanswered: 'Nobody acknowledged a page',
  report: 'A daily report is not made',
} as const;

/** As GitHub makes an anchor of a heading. */
export const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-');

/** Who is notified when an alarm rings, and when it is over. */
export interface Audiences {
  readonly oncall: ITopic;
  readonly management: ITopic;
}

export interface AlarmSettings {
  /** Without the stage's prefix. */
  readonly name: string;
  /** What happened, in one sentence: the first words that a person who is paged reads. */
  readonly says: string;
  readonly section: keyof typeof SECTIONS;
  /** With its period and statistic. */
  readonly metric: IMetric;
  /** Rings at this value and above. */
  readonly threshold: number;
  /** How many of the last periods must be bad; 1 of 1 by default. */
  readonly periods?: { readonly bad: number; readonly of: number };
  /** `oncall` is paged; `management` reads it in the morning. */
  readonly audience: keyof Audiences;
}

/** Adds the alarm. Missing data is not breaching: a part that does nothing has no fault. */
export function runbookAlarm(
  scope: Construct,
  { config }: Foundation,
  audiences: Audiences,
  settings: AlarmSettings,
): Alarm {
  const { name, says, section, metric, threshold, periods = { bad: 1, of: 1 } } = settings;
  const alarm = new Alarm(scope, name, {
    alarmName: resourceName(config.stage, name),
    alarmDescription: `${says} ${config.incident.runbook}#${anchorOf(SECTIONS[section])}`,
    metric,
    threshold,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    datapointsToAlarm: periods.bad,
    evaluationPeriods: periods.of,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });
  const action = new SnsAction(audiences[settings.audience]);
  alarm.addAlarmAction(action);
  alarm.addOkAction(action);
  return alarm;
}

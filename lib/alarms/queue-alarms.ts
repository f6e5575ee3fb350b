/**
 * Every queue has an alarm: a dead-letter queue if anything is in it, a queue with a reader if messages
 * wait too long. Messages that are read and fail are invisible most of the time, so a dead-letter queue may
 * have both.
 */
import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Config } from '../config/config.ts';
import { ownMetric } from './own-metric.ts';
import type { AlarmSettings } from './runbook-alarm.ts';

export interface NamedQueue {
  /** Without the stage's prefix and `.fifo`. */
  readonly name: string;
  readonly queue: Queue;
  /** A function reads it. */
  readonly isRead: boolean;
}

const DAY_SECONDS = 86_400;
const MINUTE = Duration.minutes(1);

/** Queues of readers that may be down for a day: people are notified in the morning. */
const isInsight = (name: string) => /^(reporting|analytics)\b/.test(name);
const isDeadLetterQueue = (name: string) => name.endsWith('dead-letter');

/** The alarms of one queue. */
export function queueAlarms(named: NamedQueue, config: Config): AlarmSettings[] {
  const { name, queue, isRead } = named;
  return [
    ...(isDeadLetterQueue(name) ? [deadLetters(name, queue)] : []),
    ...(isRead ? waiting(named, config) : []),
  ];
}

/**
 * `quarantine` empties the lanes' dead-letter queues within seconds. Nothing handles what stays
 * there.
 */
function deadLetters(name: string, queue: Queue): AlarmSettings {
  return {
    name,
    says: `Something has been in ${name} for five minutes.`,
    section: name === 'monitor-dead-letter' ? 'monitorDeadLetters' : 'deadLetters',
    metric: queue.metricApproximateNumberOfMessagesVisible({
      statistic: 'Minimum',
      period: MINUTE,
    }),
    threshold: 1,
    periods: { bad: 5, of: 5 },
    audience: isInsight(name) ? 'management' : 'oncall',
  };
}

/** Longer than any message waits with back-off, or for its queue's visibility timeout. */
const WAIT_MINUTES = 15;

function waiting(named: NamedQueue, config: Config): AlarmSettings[] {
  const { name, queue } = named;
  const { alarms } = config;
  const { insight, others, ...lanes } = alarms.ageSeconds;
  const limits: Readonly<Record<string, number>> = lanes;
  const limit = limits[name] ?? (isInsight(name) ? insight : others);
  const isPatient = name === 'background' || isInsight(name);
  const late: AlarmSettings = {
    name: `${name}-age`,
    says: `The oldest message of ${name} waits for more than ${limit} s.`,
    section: name === 'audit' ? 'audit' : 'age',
    metric: oldest(named, config),
    threshold: limit,
    periods: { bad: 3, of: WAIT_MINUTES },
    audience: isPatient ? 'management' : 'oncall',
  };
  return isPatient ? [late, lost(name, agePerAws(queue), config)] : [late];
}

/** Of a queue whose age does not page on-call: then this does, while there is time. */
function lost(
  name: string,
  metric: AlarmSettings['metric'],
  { retentionDays }: Config,
): AlarmSettings {
  const lastDays = Math.max(retentionDays / 2, retentionDays - 4);
  return {
    name: `${name}-retention`,
    says: `The oldest message of ${name} waits for ${lastDays} of ${retentionDays} days: then it is lost.`,
    section: 'age',
    metric,
    threshold: lastDays * DAY_SECONDS,
    periods: { bad: 1, of: WAIT_MINUTES },
    audience: 'oncall',
  };
}

/** Of all queues together: messages that come again and again, whatever alarm rang before. */
export function givenBackForDays(config: Config): AlarmSettings {
  const { stage } = config;
  const own = ownMetric({ stage, name: 'OldestAge', of: {}, statistic: 'Maximum' });
  return lost('some-queue', lasting(own), config);
}

const agePerAws = (queue: Queue) =>
  queue.metricApproximateAgeOfOldestMessage({ statistic: 'Maximum', period: MINUTE });

/**
 * Ours is emitted when a message is received, which with back-off is not every minute, and not at all while
 * nothing is received. Missing data therefore repeats the last value, for as long as the alarm looks back,
 * and is not zero.
 */
const lasting = (own: IMetric) =>
  new MathExpression({
    expression: 'FILL(FILL(own, REPEAT), 0)',
    usingMetrics: { own },
    period: MINUTE,
  });

/**
 * The larger of AWS's age and ours. Of a dead-letter queue ours is enough: another alarm rings if a message
 * lies in it for five minutes.
 */
function oldest({ name, queue }: NamedQueue, { stage }: Config): MathExpression {
  const own = ownMetric({ stage, name: 'OldestAge', of: { queue: name }, statistic: 'Maximum' });
  if (isDeadLetterQueue(name)) return lasting(own);
  return new MathExpression({
    expression: 'MAX([FILL(aws, 0), FILL(FILL(own, REPEAT), 0)])',
    usingMetrics: { aws: agePerAws(queue), own },
    period: MINUTE,
  });
}

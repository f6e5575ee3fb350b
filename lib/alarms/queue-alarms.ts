/** Every queue has an alarm: dead-letter queues when something is in them, others when it waits. */
import { Duration } from 'aws-cdk-lib';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Config } from '../config.ts';
import type { AlarmSettings } from './runbook-alarm.ts';

export interface NamedQueue {
  /** Without the stage's prefix and `.fifo`. */
  readonly name: string;
  readonly queue: Queue;
}

const DAY_SECONDS = 86_400;

/** Of readers that may be down for a day: people are told in the morning. */
const isInsight = (name: string) => /^(reporting|analytics)\b/.test(name);
const isDeadLetterQueue = (name: string) => name.endsWith('dead-letter');

/** The alarms of one queue. */
export function queueAlarms({ name, queue }: NamedQueue, config: Config): AlarmSettings[] {
  return isDeadLetterQueue(name) ? [deadLetters(name, queue)] : waiting(name, queue, config);
}

/** Those of lanes are emptied within seconds by `quarantine`: what stays there is nobody's. */
function deadLetters(name: string, queue: Queue): AlarmSettings {
  return {
    name,
    says: `Something has been in ${name} for five minutes.`,
    section: name === 'monitor-dead-letter' ? 'monitorDeadLetters' : 'deadLetters',
    metric: queue.metricApproximateNumberOfMessagesVisible({
      statistic: 'Minimum',
      period: Duration.minutes(1),
    }),
    threshold: 1,
    periods: { bad: 5, of: 5 },
    tells: isInsight(name) ? 'management' : 'oncall',
  };
}

function waiting(name: string, queue: Queue, { alarms, retentionDays }: Config): AlarmSettings[] {
  const { insight, others, ...lanes } = alarms.ageSeconds;
  const limits: Readonly<Record<string, number>> = lanes;
  const limit = limits[name] ?? (isInsight(name) ? insight : others);
  const lastDays = Math.max(1, retentionDays - 4);
  const metric = queue.metricApproximateAgeOfOldestMessage({
    statistic: 'Maximum',
    period: Duration.minutes(1),
  });
  const late: AlarmSettings = {
    name: `${name}-age`,
    says: `The oldest message of ${name} waits for more than ${limit} s.`,
    section: name === 'audit' ? 'audit' : 'age',
    metric,
    threshold: limit,
    periods: { bad: 3, of: 3 },
    tells: name === 'background' || isInsight(name) ? 'management' : 'oncall',
  };
  const lost: AlarmSettings = {
    name: `${name}-retention`,
    says: `The oldest message of ${name} waits for ${lastDays} of ${retentionDays} days: then it is lost.`,
    section: 'age',
    metric,
    threshold: lastDays * DAY_SECONDS,
    tells: 'oncall',
  };
  return [late, lost];
}

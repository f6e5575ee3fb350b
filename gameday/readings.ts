/** What an alarm would see: its metric, or an equivalent on this machine. */
import type { AlarmPlan, MetricRef } from './alarms.ts';
import type { MetricRecords } from './metric-records.ts';
import type { Stage } from './stage.ts';

/** Where the value of a metric comes from here, if no emulator publishes it. */
const STAND_INS: Readonly<Record<string, string>> = {
  ApproximateNumberOfMessagesVisible: "the queue's own attribute",
  ApproximateAgeOfOldestMessage:
    'since the message that lies in it was sent, unless it was received three times',
  Errors: "the runtime's records of invocations",
  Throttles: "refusals of the runtime's Lambda API",
  ThrottledRequests: 'requests that were answered so',
};

/** Names what is read, and what it stands for if it is not the metric itself. */
export function sourceOf({ metrics }: AlarmPlan): string {
  const [first] = metrics;
  if (first === undefined) return '-';
  const names = [...new Set(metrics.map(({ name }) => name))].join(', ');
  const standIn = STAND_INS[first.name];
  return first.namespace.startsWith('AWS/') ? `${names} (${first.name} here: ${standIn})` : names;
}

/** The alarm's value since then. */
export async function readAlarm(
  { metrics, expression }: AlarmPlan,
  since: number,
  records: MetricRecords,
  stage: Stage,
): Promise<number> {
  const values = await Promise.all(metrics.map((ref) => read(ref, since, records, stage)));
  const sum = values.reduce((total, value) => total + value, 0);
  if (expression === undefined || /^FILL\(m0, 0\)( \+ FILL\(m\d+, 0\))*$/.test(expression)) {
    return sum;
  }
  if (/^IF\(MAX\(\[FILL\(\w+, 0\), FILL\(\w+, 0\)\]\) > 0, 1, 0\)$/.test(expression)) {
    return sum > 0 ? 1 : 0;
  }
  if (/^(MAX\(\[FILL\(aws, 0\), )?FILL\(FILL\(own, REPEAT\), 0\)(\]\))?$/.test(expression)) {
    return Math.max(...values);
  }
  throw new TypeError(`the expression ${expression} is not read here`);
}

async function read(ref: MetricRef, since: number, records: MetricRecords, stage: Stage) {
  const { QueueName } = ref.dimensions;
  if (QueueName === undefined) return records.read(ref, since);
  if (ref.name === 'ApproximateNumberOfMessagesVisible') return stage.queues.depthOf(QueueName);
  if (ref.name === 'ApproximateAgeOfOldestMessage') {
    const value = await stage.queues.ageOf(QueueName);
    const { namespace, name, dimensions } = ref;
    records.add({ namespace, name, dimensions, value });
    return value;
  }
  throw new TypeError(`${ref.name} of a queue is not read here`);
}

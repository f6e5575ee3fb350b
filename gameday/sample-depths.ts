import { setTimeout as wait } from 'node:timers/promises';
import type { MetricRecords } from './metric-records.ts';
import type { Stage } from './stage.ts';

const EVERY_MS = 250;

/** Records how deep queues are, as CloudWatch does, until stopped. */
export function sampleDepths(
  { queues }: Stage,
  names: readonly string[],
  records: MetricRecords,
): { stop(): Promise<void> } {
  const over = new AbortController();
  const sampled = (async () => {
    while (!over.signal.aborted) {
      for (const QueueName of names) {
        const value = await queues.depthOf(QueueName);
        const name = 'ApproximateNumberOfMessagesVisible';
        records.add({ namespace: 'AWS/SQS', name, dimensions: { QueueName }, value });
      }
      await wait(EVERY_MS);
    }
  })();
  return {
    async stop() {
      over.abort();
      await sampled;
    },
  };
}

/** How much still waits in the queues of a stage. */
import type { Queue } from '../aws/places.ts';
import { depthsOf, queueUrlsOf } from '../aws/queue-depths.ts';

/**
 * Whether messages in a queue still wait for their ending. Reporting and analytics collect for minutes what
 * has ended, and nobody waits for them.
 */
export const holdsPending = (queueName: string) => !/-(reporting|analytics)$/.test(queueName);

/** The URLs of all queues that hold what has not ended, and whose names begin so. */
export async function findQueues(sqs: Queue['sqs'], prefix: string): Promise<string[]> {
  const urls = await queueUrlsOf(sqs, prefix);
  return urls.filter(holdsPending);
}

/** What the last few messages wait for, such as `1 in background-isolation`. */
export function describeWaiting(queueUrls: readonly string[], depths: readonly number[]): string {
  const each = depths.flatMap((depth, n) => {
    const name = queueUrls[n]
      ?.split('/')
      .at(-1)
      ?.replace(/^fhir-failsafe-[^-]+-/, '');
    return depth === 0 ? [] : [`${depth} in ${name ?? 'the hands of pollers'}`];
  });
  return (
    `  … waiting for the rest: ${each.join(', ')}. A message that was in a process that died ` +
    'comes back when its visibility timeout ends, up to 70 s later; a killer comes back three times'
  );
}

/** Messages that wait, are being worked on or are delayed, in the order of `queueUrls`. */
export async function queueDepths(
  sqs: Queue['sqs'],
  queueUrls: readonly string[],
): Promise<number[]> {
  return Promise.all(
    queueUrls.map(async (url) => {
      const { waiting, inFlight, delayed } = await depthsOf({ sqs, url });
      return waiting + inFlight + delayed;
    }),
  );
}

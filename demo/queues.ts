/** Numbers of messages in the queues of a stage. */
import type { Queue } from '../aws/handles.ts';
import { depthsOf, queueUrlsOf } from '../aws/queue-depths.ts';
import type { UnderWay } from '../packages/local-lambda/triggers.ts';

/**
 * Whether messages in a queue still wait for their ending. Reporting and analytics collect for minutes what
 * has ended, and nobody waits for them.
 */
export const holdsPending = (queueName: string) => !/-(reporting|analytics)$/.test(queueName);

/** URLs of all queues with this prefix whose messages have not ended. */
export async function findQueues(sqs: Queue['sqs'], prefix: string): Promise<string[]> {
  const urls = await queueUrlsOf(sqs, prefix);
  return urls.filter(holdsPending);
}

const OUTSIDE: Readonly<Record<keyof UnderWay, string>> = {
  polled: 'in the hands of pollers',
  logLines: 'log lines on their way to `monitor`',
  asyncInvocations:
    'invocations by logs or rules (one that failed is tried again after 1 and 2 minutes)',
};

/** How much there is of each thing that a run waits for, such as 1 of `in background-isolation`. */
export type Waiting = readonly (readonly [what: string, count: number])[];

export function waitingFor(
  queueUrls: readonly string[],
  depths: readonly number[],
  underWay: UnderWay,
): Waiting {
  return [
    ...queueUrls.map((url, n) => [`in ${nameOf(url)}`, depths[n] ?? 0] as const),
    ...Object.entries(underWay).map(([kind, n]) => [OUTSIDE[kind as keyof UnderWay], n] as const),
  ];
}

const nameOf = (url: string) =>
  url
    .split('/')
    .at(-1)
    ?.replace(/^fhir-failsafe-[^-]+-/, '');

/** What the last few messages wait for, such as `1 in background-isolation`. */
export function describeWaiting(waiting: Waiting, forMs: number): string {
  const each = waiting.flatMap(([what, count]) => (count === 0 ? [] : [`${count} ${what}`]));
  return `  … nothing has moved for ${Math.round(forMs / 1_000)} s; still there: ${each.join(', ')}`;
}

/** Why waiting may be long. */
export const WHY_WAITING =
  '    A message that was in a process that died comes back when its visibility timeout ends, ' +
  'up to 70 s later; a killer comes back three times';

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

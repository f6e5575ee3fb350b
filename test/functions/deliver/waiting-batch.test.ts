import { ChangeMessageVisibilityBatchCommand } from '@aws-sdk/client-sqs';
import { afterEach, expect, test, vi } from 'vitest';
import { skipTime } from '../../support/clock.ts';
import { textOf, useDeliveryStage } from '../../support/delivery-stage.ts';
import { depthOf } from '../../support/stores.ts';

const stage = useDeliveryStage();
afterEach(() => vi.restoreAllMocks());
/** After this time no PUT that was given up can take effect any more. */
const LATE_MS = 80_000;

/** The entries of each request that puts triggers off. SQS refuses the first of each if `refuses`. */
function watchPutOff({ refuses }: { readonly refuses: boolean }): number[] {
  const { sqs } = stage.lane.clients;
  const send = sqs.send.bind(sqs) as (command: object) => Promise<object>;
  const requests: number[] = [];
  vi.spyOn(sqs, 'send').mockImplementation(async (command: object) => {
    if (!(command instanceof ChangeMessageVisibilityBatchCommand)) return send(command);
    const { Entries = [], QueueUrl } = command.input;
    requests.push(Entries.length);
    if (!refuses) return send(command);
    const [first, ...others] = Entries;
    await send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries: others }));
    return { Failed: [{ Id: first?.Id, Code: 'InternalError', SenderFault: false }] };
  });
  return requests;
}

async function sixOfAnOutage(): Promise<void> {
  stage.downstream.setMode('stop');
  for (let n = 0; n < 6; n += 1) await stage.store(`p${n}`, 1);
}

/** The failures of the next turn that has triggers. */
async function nextTurn(): Promise<readonly unknown[] | undefined> {
  for (let seconds = 0; seconds < 120; seconds += 1) {
    const turn = await stage.turn();
    skipTime(1_000);
    if (turn !== undefined) return turn.failed;
  }
  return undefined;
}

test('R18: the triggers of a batch that wait are put off by one request', async () => {
  await sixOfAnOutage();
  const requests = watchPutOff({ refuses: false });
  expect((await stage.turn())?.failed).toHaveLength(6);
  expect(requests).toEqual([6]);
  expect(await stage.turn()).toBeUndefined();
});

test('a batch of which nothing waits makes no such request', async () => {
  await stage.store('a', 1);
  const requests = watchPutOff({ refuses: false });
  expect((await stage.turn())?.failed).toEqual([]);
  expect(requests).toEqual([]);
});

test('R04: a trigger that SQS refuses to put off comes again when the queue says; the others are put off', async () => {
  await sixOfAnOutage();
  const requests = watchPutOff({ refuses: true });
  expect((await stage.turn())?.failed).toHaveLength(6);
  expect(requests).toEqual([6]);
  expect(await depthOf(stage.world.queues.delivery)).toBe(6);
  vi.restoreAllMocks();
  stage.downstream.setMode('ok');
  for (let n = 0; n < 40 && stage.downstream.resources.size < 6; n += 1) {
    skipTime(10_000);
    await stage.turn();
  }
  expect(stage.downstream.resources.size).toBe(6);
});

test('R18: the triggers of a batch that wait for the breaker come back together', async () => {
  await sixOfAnOutage();
  // The first turn opens the breaker, and the next one finds it open.
  for (let turns = 0; turns < 2; turns += 1) expect(await nextTurn()).toHaveLength(6);
  // SQS counts in seconds, and they were put off within a few milliseconds.
  const [next, rest] = [await nextTurn(), await stage.turn()];
  expect([...(next ?? []), ...(rest?.failed ?? [])]).toHaveLength(6);
});

// Seed 41652: one of two stayed, which had been received twice, and the delete of its first receive came then.
test('R04 R18: triggers of one key that wait all stay, and one call delivers the newest', async () => {
  stage.downstream.setMode('stop');
  for (const version of [1, 2, 3]) await stage.store('a', version);
  expect((await stage.turn())?.failed).toHaveLength(3);
  expect(await depthOf(stage.world.queues.delivery)).toBe(3);
  stage.downstream.setMode('ok');
  skipTime(LATE_MS);
  expect(await nextTurn()).toEqual([]);
  expect(stage.downstream.resources.get('Patient/a')).toEqual({
    version: 1,
    body: textOf('a', 3),
  });
  expect(await depthOf(stage.world.queues.delivery)).toBe(0);
});

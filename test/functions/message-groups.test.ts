/** R50: in every queue, a message's group is its source's. */
import { expect, test } from 'vitest';
import { sendTriggers } from '../../aws/delivery-queue.ts';
import { hop } from '../../aws/lane-queues.ts';
import { skipTime } from '../support/clock.ts';
import { deliver, receive, send } from '../support/delivery.ts';
import { bucketAt, queueAt } from '../support/handles.ts';
import { byTest, loadOperator, stageOf } from '../support/operator.ts';
import { faulty } from '../support/resources.ts';
import { useStage } from '../support/stage.ts';

const stage = useStage({ deadlineMs: 2_000, heapOldMb: 32 });

const groupsOf = async (queue: 'isolation' | 'deadLetter' | 'delivery') =>
  (await receive(stage.world.queues[queue])).map(({ attributes }) => attributes.MessageGroupId);

test('R50: isolation, dead-letter queue and redrive keep the group of the source', async () => {
  const { lane, isolation, deadLetter } = stage.world.queues;
  await send(lane, faulty('throw'), { source: 'Hospital São José' });
  await deliver(stage.functions.validate, lane);
  const group = 'Hospital%20S%C3%A3o%20Jos%C3%A9';
  expect(await groupsOf('isolation')).toEqual([group]);

  for (let run = 0; run < 3; run++) {
    skipTime(31_000);
    await deliver(stage.functions.validate, isolation);
  }
  expect(await groupsOf('deadLetter')).toEqual([group]);
  skipTime(31_000);
  await deliver(stage.functions.quarantine, deadLetter);

  const operator = await loadOperator();
  const counts = await operator.redrive(stageOf(stage.world), { kind: 'all' }, byTest());
  expect(counts).toEqual({ sent: 1 });
  expect(await groupsOf('isolation')).toEqual([group]);
});

test('R50: a body that becomes a claim check on the way keeps it too', async () => {
  const envelope = { messageId: 'm', sentAt: 1, source: 'lab', lane: 'background' } as const;
  const large = await hop('x'.repeat(1024 * 1024), envelope, bucketAt(stage.world.bucket));
  expect(large.body).toMatch(/^\{"s3":/);
  expect(large.groupId).toBe('lab');
});

test('R50: a delivery’s trigger has the group of its resource’s source', async () => {
  const queue = queueAt(stage.world.queues.delivery);
  await sendTriggers(queue, ['lab#Patient#p-1', 'a#b#Patient#p-1', 'unknown']);
  expect((await groupsOf('delivery')).toSorted()).toEqual(['a#b', 'lab', 'unknown']);
});

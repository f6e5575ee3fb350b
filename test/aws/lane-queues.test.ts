import fc from 'fast-check';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { deleteAll, hop as hopOf, sendAll, showAgain } from '../../aws/lane-queues.ts';
import { ENVELOPE_ATTRIBUTE } from '../../core/message/messages.ts';
import { readProvenance, writeEnvelope } from '../../core/message/origin.ts';
import { messageBytes, SEND_BYTES_MAX } from '../../core/message/send-batches.ts';
import { testClients } from '../support/clients.ts';
import { receive, remove } from '../support/delivery.ts';
import { envelopes } from '../support/envelopes.ts';
import { bucketAt, queueAt } from '../support/handles.ts';
import { queue } from '../support/provision.ts';
import { depthOf, objectAt } from '../support/stores.ts';
import { useEmulators } from '../support/use-emulators.ts';
import { buildWorld, type World } from '../support/world.ts';

useEmulators();
let world: World;

beforeAll(async () => {
  world = await buildWorld();
});
afterEach(() => vi.restoreAllMocks());

const message = (body: string) => ({ body, attributes: { one: 'attribute' }, groupId: 'lab' });

test('sends, makes visible and deletes more messages than fit into a batch', async () => {
  const { lane } = world.queues;
  const messages = Array.from({ length: 23 }, (_, n) => message(`${n}`));
  expect(await sendAll(queueAt(lane), messages)).toEqual(messages.map(() => undefined));
  const records = [];
  for (let n = 0; n < 5; n += 1) records.push(...(await receive(lane)));
  expect(new Set(records.map((record) => record.body)).size).toBe(23);
  expect(records[0]?.messageAttributes['one']?.stringValue).toBe('attribute');

  const handles = records.map((record) => record.receiptHandle);
  const [again = '', ...others] = handles;
  await showAgain(queueAt(lane), [{ receiptHandle: again, seconds: 0 }]);
  await deleteAll(queueAt(lane), others);
  expect(await depthOf(lane)).toBe(1);
  expect(await receive(lane)).toHaveLength(1);
});

test('R06: what SQS refuses, or does not mention in its answer, was not sent', async () => {
  vi.spyOn(testClients().sqs, 'send').mockImplementation(async () => ({
    Successful: [{ Id: '1' }],
    Failed: [{ Id: '0', Code: 'Throttled', Message: 'later', SenderFault: false }],
  }));
  const sent = await sendAll(queueAt(world.queues.lane), ['a', 'b', 'c'].map(message));
  expect(sent.map((error) => error?.message)).toEqual([
    'Throttled: later',
    undefined,
    'Unanswered: no answer for it',
  ]);
});

test('a message that SQS does not make visible again is an error', async () => {
  const { lane } = world.queues;
  const stale = [{ receiptHandle: 'of-nobody', seconds: 0 }];
  await expect(showAgain(queueAt(lane), stale)).rejects.toThrow();
  vi.spyOn(testClients().sqs, 'send').mockImplementation(async () => ({
    Failed: [{ Id: '0', Code: 'MessageNotInflight', Message: 'visible', SenderFault: true }],
  }));
  await expect(showAgain(queueAt(lane), stale)).rejects.toThrow('MessageNotInflight: visible');
});

test('R06: a request that fails has sent nothing; a message above the limit fails alone', async () => {
  const { isolation } = world.queues;
  const tooLarge = message('x'.repeat(SEND_BYTES_MAX));
  const sent = await sendAll(queueAt(isolation), [message('a'), tooLarge, message('b')]);
  expect(sent.map((error) => error === undefined)).toEqual([true, false, true]);
  expect(await depthOf(isolation)).toBe(2);
});

test('R04: a hop with any envelope is accepted by SQS and can be read, at every size near the limit, with any characters (property)', async () => {
  const hops = queue(`hops-${process.pid}`);
  let viaBucket = 0;
  const near = fc.integer({ min: -3, max: 3 });
  await fc.assert(
    fc.asyncProperty(
      envelopes,
      near,
      fc.constantFrom('x', 'é', '\uffff'),
      async (envelope, over, unit) => {
        const attributes = { [ENVELOPE_ATTRIBUTE]: writeEnvelope(envelope) };
        const room = SEND_BYTES_MAX + over - messageBytes({ body: '', attributes });
        const body = unit.repeat(Math.floor(room / Buffer.byteLength(unit)));
        const hop = await hopOf(body, envelope, bucketAt(world.bucket));
        expect(messageBytes(hop)).toBeLessThanOrEqual(SEND_BYTES_MAX);
        expect(await sendAll(queueAt(hops), [hop])).toEqual([undefined]);
        const [record] = await receive(hops);
        if (record === undefined) throw new Error('nothing received');
        const { stringValue } = record.messageAttributes[ENVELOPE_ATTRIBUTE] ?? {};
        const { origin } = readProvenance({
          messageId: record.messageId,
          sentAt: 1,
          queue: 'behind',
          attributes: { [ENVELOPE_ATTRIBUTE]: stringValue },
        });
        expect(origin.messageId).toBe(envelope.messageId);
        if (record.body !== body) {
          viaBucket += 1;
          expect(await objectAt(JSON.parse(record.body).s3)).toBe(body);
        }
        await remove(hops, [record]);
      },
    ),
    { numRuns: 25 },
  );
  expect(viaBucket).toBeGreaterThan(0);
});

import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test, vi } from 'vitest';
import { GROUP_ATTRIBUTE, groupMessage } from '../../../core/attempt/suspect-group.ts';
import { ENVELOPE_ATTRIBUTE, type Envelope } from '../../../core/message/messages.ts';
import { testClients } from '../../support/clients.ts';
import { skipTime } from '../../support/clock.ts';
import { contextWith, deliver, receive, send } from '../../support/delivery.ts';
import { failCalls } from '../../support/faults.ts';
import { loadFunctions } from '../../support/functions.ts';
import { watchMetrics } from '../../support/metrics.ts';
import { patient } from '../../support/resources.ts';
import { useStage } from '../../support/stage.ts';
import { depthOf, itemsOf, objectAt } from '../../support/stores.ts';

const stage = useStage({}, ['quarantine']);

const ENVELOPE: Envelope = {
  messageId: 'm-1',
  sentAt: 1_000,
  source: 'lab',
  file: 'a.ndjson',
  line: 5,
  lane: 'critical',
  deadLetter: { kind: 'timeout', reason: 'no verdict within 5000 ms', attempts: 2 },
};
const ATTRIBUTES = { [ENVELOPE_ATTRIBUTE]: JSON.stringify(ENVELOPE) };

const submit = (body: string) => send(stage.world.queues.deadLetter, body, ATTRIBUTES);
const deliverLetters = () => deliver(stage.functions.quarantine, stage.world.queues.deadLetter);
/** What every entry has. */
const WHENCE = { lane: 'background', source: 'lab', sentAt: 1_000 };

const enter = (item: Record<string, unknown>) =>
  testClients().dynamo.send(
    new PutCommand({
      TableName: stage.world.tables.quarantine,
      Item: { pk: 'm-1', ...WHENCE, ...item },
    }),
  );

test('R04 R07: a group of suspects that SQS gave up on is kept as its members', async () => {
  const member = (messageId: string) => ({
    body: patient({ id: messageId }),
    attributes: {
      [ENVELOPE_ATTRIBUTE]: JSON.stringify({ ...WHENCE, messageId }),
    },
  });
  const { body, attributes } = groupMessage([member('m-1'), member('m-2')]);
  await send(stage.world.queues.deadLetter, body, { ...attributes });
  expect((await deliverLetters())?.failed).toEqual([]);
  const entries = await itemsOf(stage.world.tables.quarantine);
  expect(entries.toSorted((a, b) => (String(a['pk']) < String(b['pk']) ? -1 : 1))).toMatchObject([
    { pk: 'm-1', source: 'lab', body: patient({ id: 'm-1' }), crash: 'exit' },
    { pk: 'm-2', source: 'lab', body: patient({ id: 'm-2' }), crash: 'exit' },
  ]);
});

test.each([
  ['a resource', patient()],
  [
    'members that it made up',
    groupMessage(
      [patient({ id: 'x' }), patient({ id: 'y' })].map((body) => ({ body, attributes: {} })),
    ).body,
  ],
])(
  'R04: a message that its producer called a group, %s, is kept as it is when SQS gives up on it',
  async (_, body) => {
    const { deadLetter } = stage.world.queues;
    const id = await send(deadLetter, body, { [GROUP_ATTRIBUTE]: '2' });
    const Records = (await receive(deadLetter)).map((record) => ({
      ...record,
      attributes: {
        ...record.attributes,
        DeadLetterQueueSourceArn: record.eventSourceARN.replace('-dead-letter', ''),
      },
    }));
    const answer = await stage.functions.quarantine({ Records }, contextWith());
    expect(answer.batchItemFailures).toEqual([]);
    expect(await itemsOf(stage.world.tables.quarantine)).toMatchObject([
      { pk: id, status: 'quarantined', body },
    ]);
  },
);

test('R07: a dead letter is kept with its reason, origin and attempts', async () => {
  const attempts = [{ requestId: 'r-1', startedAt: 1, crash: 'timeout', ended: 2 }];
  await enter({ status: 'in-isolation', attempts });
  await submit(patient());
  expect((await deliverLetters())?.failed).toEqual([]);
  expect(await itemsOf(stage.world.tables.quarantine)).toEqual([
    {
      pk: 'm-1',
      status: 'quarantined',
      kind: 'dead-letter',
      crash: 'timeout',
      reason: 'no verdict within 5000 ms',
      fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
      fingerprintShard: expect.stringMatching(/^[0-9a-f]{16}#\d+$/),
      lane: 'critical',
      source: 'lab',
      file: 'a.ndjson',
      line: 5,
      sentAt: 1_000,
      attempts,
      quarantinedAt: expect.any(Number),
      expiresAt: expect.any(Number),
      body: patient(),
    },
  ]);
});

test('R07: a dead letter that SQS moved says that its queue gave up', async () => {
  const id = await send(stage.world.queues.deadLetter, patient());
  await deliverLetters();
  expect(await itemsOf(stage.world.tables.quarantine)).toMatchObject([
    { pk: id, lane: 'background', reason: expect.stringContaining('gave up'), attempts: [] },
  ]);
});

test('a large body is stored in the bucket; a claim check is kept unchanged', async () => {
  const large = patient({ language: 'x'.repeat(400_000) });
  await submit(large);
  const s3 = { bucket: stage.world.bucket, key: 'submissions/1' };
  const id = await send(stage.world.queues.deadLetter, JSON.stringify({ s3 }));
  await deliverLetters();
  const items = await itemsOf(stage.world.tables.quarantine);
  expect(items.find((item) => item['pk'] === id)).toMatchObject({ bodyS3: s3 });
  const placed = items.find((item) => item['pk'] === 'm-1')?.['bodyS3'];
  expect(await objectAt(placed as { bucket: string; key: string })).toBe(large);
});

test.each(['stored', 'quarantined', 'discarded'])(
  'R04: a message that is %s already keeps its outcome',
  async (status) => {
    await enter({ status, attempts: [] });
    await submit(patient());
    expect((await deliverLetters())?.failed).toEqual([]);
    expect(await itemsOf(stage.world.tables.quarantine)).toEqual([
      { pk: 'm-1', ...WHENCE, status, attempts: [] },
    ]);
  },
);

test('R04: a message that was redriven and comes back is quarantined again', async () => {
  await enter({ status: 'redriven', attempts: [] });
  await submit(patient());
  await deliverLetters();
  expect(await itemsOf(stage.world.tables.quarantine)).toMatchObject([{ status: 'quarantined' }]);
});

test('R04 R07: a reason of any length keeps the identity of its message', async () => {
  const deadLetter = { kind: 'exception', reason: 'é'.repeat(1_040), attempts: 2 };
  await send(stage.world.queues.deadLetter, patient(), {
    [ENVELOPE_ATTRIBUTE]: JSON.stringify({ ...ENVELOPE, deadLetter }),
  });
  expect((await deliverLetters())?.failed).toEqual([]);
  expect(await itemsOf(stage.world.tables.quarantine)).toMatchObject([
    { pk: 'm-1', source: 'lab', crash: 'exception', reason: 'é'.repeat(1_024) },
  ]);
});

test('R09: a dead letter whose envelope cannot be read waits with back-off, and gets no identity', async () => {
  const metrics = watchMetrics();
  const watched = await loadFunctions(['quarantine']);
  const deliverIt = () => deliver(watched.quarantine, stage.world.queues.deadLetter);
  await send(stage.world.queues.deadLetter, patient(), {
    [ENVELOPE_ATTRIBUTE]: JSON.stringify({ ...ENVELOPE, sentAt: 'x' }),
  });
  for (const waitMs of [1_000, 2_000, 4_000]) {
    expect((await deliverIt())?.failed).toHaveLength(1);
    skipTime(waitMs - 500);
    expect(await deliverIt()).toBeUndefined();
    skipTime(1_000);
  }
  expect(await itemsOf(stage.world.tables.quarantine)).toEqual([]);
  expect(await depthOf(stage.world.queues.deadLetter)).toBe(1);
  expect(metrics.sum('EnvelopesUnreadable')).toBe(3);
  expect(metrics.sum('ComponentFaults')).toBe(3);
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

test('R09: while the table fails, dead letters wait, independently of each other', async () => {
  await submit(patient());
  const other = await send(stage.world.queues.deadLetter, patient());
  failCalls(stage.functions, 'dynamo', (_, input) => JSON.stringify(input).includes(other));
  expect((await deliverLetters())?.failed).toEqual([other]);
  expect(await itemsOf(stage.world.tables.quarantine)).toMatchObject([{ pk: 'm-1' }]);
});

test('R60: a dead letter is counted once, however often it comes', async () => {
  const metrics = watchMetrics();
  await stage.reload();
  for (let copies = 0; copies < 2; copies += 1) {
    await submit(patient());
    expect((await deliverLetters())?.failed).toEqual([]);
  }
  expect(metrics.sum('Quarantined')).toBe(1);
  expect(metrics.sum('AlreadyEnded')).toBe(1);
  vi.restoreAllMocks();
});

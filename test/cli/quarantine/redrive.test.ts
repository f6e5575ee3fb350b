import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, expect, test } from 'vitest';
import { ENVELOPE_ATTRIBUTE } from '../../../core/message/messages.ts';
import { testClients } from '../../support/clients.ts';
import { dieAfterCall } from '../../support/death.ts';
import { receive, send } from '../../support/delivery.ts';
import { drain } from '../../support/drain.ts';
import { byTest, loadOperator, stageOf } from '../../support/operator.ts';
import { faulty, invalidPatient, patient } from '../../support/resources.ts';
import { useStage } from '../../support/stage.ts';
import { depthOf, itemsOf } from '../../support/stores.ts';

const stage = useStage({ deadlineMs: 2_000, heapOldMb: 32, inlineBytesMax: 4_000 });
let operator: Awaited<ReturnType<typeof loadOperator>>;

beforeEach(async () => {
  operator = await loadOperator();
});

const ALL = { kind: 'all' } as const;

async function quarantined(...bodies: string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const body of bodies) {
    ids.push(
      await send(stage.world.queues.lane, body, { source: 'clinic', file: 'a.ndjson', line: '7' }),
    );
  }
  await drain(stage.world, stage.functions);
  return ids;
}

/** Validates as a fixed validator would: the fault no longer occurs. */
async function fixValidator(): Promise<void> {
  process.env['CHAOS'] = 'off';
  await stage.reload();
}

test('R04 R05 R07: a redriven dead letter that is valid now is stored, once', async () => {
  const [id = ''] = await quarantined(faulty('throw'));
  await fixValidator();
  const counts = await operator.redrive(stageOf(stage.world), { kind: 'ids', ids: [id] }, byTest());
  expect(counts).toEqual({ sent: 1 });
  const before = await operator.readEntry(stage.world.tables.quarantine, id);
  expect(before).toMatchObject({
    status: 'redriven',
    attempts: [],
    redrives: 1,
    redrive: { by: 'test', why: 'to see', sentAt: expect.any(Number) },
    rounds: [{ kind: 'dead-letter', crash: 'exception', attempts: 2, by: 'test' }],
  });
  await drain(stage.world, stage.functions);
  expect(await operator.readEntry(stage.world.tables.quarantine, id)).toMatchObject({
    status: 'stored',
  });
  const [stored] = await itemsOf(stage.world.tables.resources);
  expect(stored).toMatchObject({ messageId: id, source: 'clinic', file: 'a.ndjson', line: 7 });
});

test('R05: the redriven message carries its first time, source and place', async () => {
  const [id = ''] = await quarantined(invalidPatient());
  const entry = await operator.readEntry(stage.world.tables.quarantine, id);
  await operator.redrive(stageOf(stage.world), ALL, byTest());
  const [record] = await receive(stage.world.queues.isolation);
  expect(record?.body).toBe(invalidPatient());
  expect(JSON.parse(record?.messageAttributes[ENVELOPE_ATTRIBUTE]?.stringValue ?? '')).toEqual({
    messageId: id,
    sentAt: entry?.sentAt,
    source: 'clinic',
    file: 'a.ndjson',
    line: 7,
    round: 1,
    redrivenAt: expect.any(Number),
    lane: 'background',
  });
});

test('R02 R04: a message that crashes again is the same record with a higher count and new attempts', async () => {
  const [id = ''] = await quarantined(faulty('throw'));
  const run = byTest();
  await operator.redrive(stageOf(stage.world), ALL, run);
  await drain(stage.world, stage.functions);
  const entry = await operator.readEntry(stage.world.tables.quarantine, id);
  expect(entry).toMatchObject({ status: 'quarantined', kind: 'dead-letter', redrives: 1 });
  expect(entry?.attempts).toHaveLength(2);
  expect(await itemsOf(stage.world.tables.quarantine)).toHaveLength(1);
  // The same redrive, resumed, takes it at most once. The next redrive takes it again.
  expect(await operator.redrive(stageOf(stage.world), ALL, run)).toEqual({ 'came back': 1 });
  expect(await operator.redrive(stageOf(stage.world), ALL, byTest())).toEqual({ sent: 1 });
  expect((await operator.readEntry(stage.world.tables.quarantine, id))?.redrives).toBe(2);
});

test('R07: an entry that changes its kind loses the evidence of the former kind', async () => {
  const [id = ''] = await quarantined(faulty('throw', ''));
  await fixValidator();
  await operator.redrive(stageOf(stage.world), ALL, byTest());
  await drain(stage.world, stage.functions);
  const [item] = await itemsOf(stage.world.tables.quarantine);
  expect(item).toMatchObject({ pk: id, kind: 'rejection', outcome: expect.any(String) });
  expect(item).not.toHaveProperty('crash');
});

test('selects by fingerprint and lane; takes a body from the bucket along; a dry run sends nothing', async () => {
  const [large = ''] = await quarantined(
    patient({ id: 'large', gender: 'x', language: 'y'.repeat(5_000) }),
    faulty('throw'),
  );
  const entry = await operator.readEntry(stage.world.tables.quarantine, large);
  expect(entry?.bodyS3).toBeDefined();
  const selection = { kind: 'fingerprint', fingerprint: entry?.fingerprint ?? '' } as const;
  const place = stageOf(stage.world);
  const dry = { ...byTest(), dryRun: true };
  expect(await operator.redrive(place, selection, dry)).toEqual({ sent: 1 });
  const other = { ...byTest(), only: { lane: 'critical' } } as const;
  expect(await operator.redrive(place, selection, other)).toEqual({ 'not meant': 1 });
  expect(await depthOf(stage.world.queues.isolation)).toBe(0);
  expect(await operator.redrive(place, selection, byTest())).toEqual({ sent: 1 });
  const [record] = await receive(stage.world.queues.isolation);
  expect(JSON.parse(record?.body ?? '')).toMatchObject({ id: 'large' });
});

test('R04: two operators at once send each entry once', async () => {
  await quarantined(invalidPatient('a'), invalidPatient('b'), invalidPatient('c'));
  const [one, two] = await Promise.all([
    operator.redrive(stageOf(stage.world), ALL, { ...byTest(), by: 'one' }),
    operator.redrive(stageOf(stage.world), ALL, { ...byTest(), by: 'two' }),
  ]);
  expect((one.sent ?? 0) + (two.sent ?? 0)).toBe(3);
});

test('discard ends an entry, with who and why, and redrive leaves it alone', async () => {
  const [id = ''] = await quarantined(invalidPatient());
  const place = stageOf(stage.world);
  expect(await operator.discard(place, ALL, { ...byTest(), dryRun: true })).toEqual({
    discarded: 1,
  });
  expect(await operator.discard(place, ALL, byTest())).toEqual({ discarded: 1 });
  expect(await operator.readEntry(stage.world.tables.quarantine, id)).toMatchObject({
    status: 'discarded',
    discard: { by: 'test', why: 'to see' },
  });
  const ids = { kind: 'ids', ids: [id, 'nobody'] } as const;
  expect(await operator.redrive(place, ids, byTest())).toEqual({ ended: 1, unknown: 1 });
  expect(await operator.discard(place, ids, byTest())).toEqual({
    'not quarantined': 1,
    unknown: 1,
  });
});

async function deadLettered(id: string): Promise<void> {
  const crash = { crash: 'exit', reason: 'its worker exited' };
  await testClients().dynamo.send(
    new PutCommand({
      TableName: stage.world.tables.quarantine,
      Item: {
        ...crash,
        pk: id,
        status: 'quarantined',
        kind: 'dead-letter',
        lane: stage.world.lane,
        source: 'clinic',
        sentAt: Date.now() - 60_000,
        fingerprint: 'f',
        quarantinedAt: Date.now() - 1,
        attempts: [{ ...crash, requestId: `${id}-r`, startedAt: 1, ended: 2 }],
        body: patient({ id }),
      },
    }),
  );
}

test('R04 R05: a redrive that dies after any call and runs again sends everything, and nothing ends twice', async () => {
  let died = true;
  let k = 0;
  while (died) {
    k += 1;
    const ids = [`a-${k}`, `b-${k}`];
    for (const id of ids) await deadLettered(id);
    const selection = { kind: 'ids', ids } as const;
    const run = byTest();
    const doomed = await loadOperator();
    const death = dieAfterCall(k, doomed);
    const ended = doomed.redrive(stageOf(stage.world), selection, run);
    died = (await Promise.race([ended, death.happened])) === 'died';
    await operator.redrive(stageOf(stage.world), selection, run);
    await drain(stage.world, stage.functions);
    const entries = await Promise.all(
      ids.map((id) => operator.readEntry(stage.world.tables.quarantine, id)),
    );
    expect(entries.map((entry) => entry?.status)).toEqual(['stored', 'stored']);
    expect(entries.map((entry) => entry?.redrives)).toEqual([1, 1]);
    expect(await itemsOf(stage.world.tables.resources)).toHaveLength(2 * k);
  }
  // For two entries: read, check whether stored, announce, send, raise the round.
  expect(k).toBe(11);
});

import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, expect, it, test } from 'vitest';
import { ErasedPatients } from '../../aws/erased-patients.ts';
import { noteErased, recordErasure } from '../../aws/erasures-table.ts';
import { ERASURES_KNOWN_MS, objectText } from '../../core/erasure/erasure.ts';
import { ENVELOPE_ATTRIBUTE } from '../../core/message/messages.ts';
import { testClients } from '../support/clients.ts';
import { skipTime } from '../support/clock.ts';
import { testHashKey } from '../support/cold.ts';
import { contextWith, deliver, receive, send } from '../support/delivery.ts';
import { drain } from '../support/drain.ts';
import { loadEraser, placeOf, requestFor } from '../support/eraser.ts';
import { tableAt } from '../support/handles.ts';
import { byTest, loadOperator, stageOf } from '../support/operator.ts';
import { faulty, invalidPatient, patient } from '../support/resources.ts';
import { useStage } from '../support/stage.ts';
import { depthOf, itemsOf } from '../support/stores.ts';
import { outcomesTold } from '../support/told.ts';

const stage = useStage({ deadlineMs: 5_000, heapOldMb: 64 });
let eraser: Awaited<ReturnType<typeof loadEraser>>;

beforeEach(async () => {
  eraser = await loadEraser();
});

const eraseP1 = () => eraser.erase(placeOf(stage.world), requestFor('p1'), eraser.surroundings);
const sendNamed = (body: string) =>
  send(stage.world.queues.lane, body, { file: 'chalmers.ndjson' });
const aboutP1 = JSON.stringify({
  resourceType: 'Observation',
  id: 'o1',
  status: 'final',
  code: { text: 'x' },
  subject: { reference: 'Patient/p1' },
});

/** Everything that is stored; none of it may have content. */
async function stored() {
  const { resources, quarantine } = stage.world.tables;
  return { rows: await itemsOf(resources), entries: await itemsOf(quarantine) };
}

test('R04: a message that waited in a queue is refused, stored nowhere, and ends as rejected', async () => {
  await sendNamed(aboutP1);
  await sendNamed(invalidPatient('p1'));
  await sendNamed(patient({ id: 'p2' }));
  await eraseP1();
  await drain(stage.world, stage.functions);
  const { rows, entries } = await stored();
  expect(rows.map(({ resourceId }) => resourceId)).toEqual(['p2']);
  expect(entries).toHaveLength(2);
  for (const entry of entries) {
    expect(entry).toMatchObject({
      status: 'quarantined',
      kind: 'rejection',
      erasure: 1,
      reason: 'names a patient who was erased after it was submitted',
    });
    for (const name of ['body', 'bodyS3', 'file']) expect(entry).not.toHaveProperty(name);
    expect(String(entry['outcome'])).not.toMatch(/p1|unheard|Chalmers/i);
  }
});

test('R04: what was stored before the erasure and comes again stays stored', async () => {
  const body = patient({ id: 'p1' });
  await sendNamed(body);
  const [first] = await receive(stage.world.queues.lane);
  if (first === undefined) throw new Error('nothing received');
  const again = (receives: number) => {
    const attributes = { ...first.attributes, ApproximateReceiveCount: String(receives) };
    const event = { Records: [{ ...first, attributes }] };
    return stage.functions.validate(event, contextWith(20_000));
  };
  await again(1);
  await eraseP1();
  // The erasure is known, and the first delivery must have ended.
  skipTime(ERASURES_KNOWN_MS + 60_000);
  await again(2);
  const { rows, entries } = await stored();
  expect(entries).toEqual([]);
  expect(rows).toMatchObject([{ resourceId: 'p1', erasure: 1 }]);
  for (const name of ['body', 'bodyS3', 'file']) expect(rows[0]).not.toHaveProperty(name);
  const told = await outcomesTold(stage.world);
  expect(told.map(({ verdict }) => verdict)).toEqual(['stored', 'stored']);
});

test('R04: what had attempts before the erasure is refused, and its file is named no more', async () => {
  await sendNamed(aboutP1);
  const [record] = await receive(stage.world.queues.lane);
  if (record === undefined) throw new Error('nothing received');
  const { quarantine } = stage.world.tables;
  const trouble = {
    ...{ pk: record.messageId, status: 'in-isolation', attempts: [], source: 'default' },
    ...{ sentAt: Number(record.attributes.SentTimestamp), lane: 'critical' },
    ...{ file: 'chalmers.ndjson', pinned: { bucket: 'b', key: 'chalmers' }, rounds: [] },
  };
  await testClients().dynamo.send(new PutCommand({ TableName: quarantine, Item: trouble }));
  await eraseP1();
  skipTime(ERASURES_KNOWN_MS);
  const attributes = { ...record.attributes, ApproximateReceiveCount: '1' };
  await stage.functions.validate({ Records: [{ ...record, attributes }] }, contextWith(20_000));
  const { entries } = await stored();
  expect(entries).toMatchObject([{ status: 'quarantined', erasure: 1 }]);
  for (const name of ['file', 'pinned', 'rounds']) expect(entries[0]).not.toHaveProperty(name);
});

/** A message of the isolation queue that was sent a minute ago, and its entry with attempts. */
async function isolated(
  body: string,
  attempts: readonly object[] = [],
  fields: object = {},
): Promise<void> {
  const startedAt = Date.now() - 60_000;
  const origin = {
    messageId: 'm-1',
    sentAt: startedAt,
    source: 'default',
    file: 'chalmers.ndjson',
  };
  const { bucket, lane, queues, tables } = stage.world;
  const pinned = { bucket, key: 'submissions/chalmers' };
  const Item = { ...origin, pk: 'm-1', lane, status: 'in-isolation', attempts, pinned, ...fields };
  await testClients().dynamo.send(new PutCommand({ TableName: tables.quarantine, Item }));
  const envelope = JSON.stringify({ ...origin, lane });
  await send(queues.isolation, body, { [ENVELOPE_ATTRIBUTE]: envelope });
}
const deliverAlone = () =>
  deliver(stage.functions.validate, stage.world.queues.isolation, { context: contextWith(20_000) });

test('what is stored after attempts leaves an entry that no erasure must find: entries lose their file', async () => {
  await isolated(patient({ id: 'p1' }));
  expect((await deliverAlone())?.failed).toEqual([]);
  const { rows, entries } = await stored();
  expect(rows).toMatchObject([{ file: 'chalmers.ndjson' }]);
  expect(entries).toMatchObject([{ status: 'stored', attempts: [{}] }]);
  for (const name of ['file', 'pinned']) expect(entries[0]).not.toHaveProperty(name);
  await eraseP1();
  expect(JSON.stringify(await stored())).not.toMatch(/chalmers/i);
});

test('R02 R04: what was stored before the erasure is not dead-lettered after deaths of its copy', async () => {
  await isolated(patient({ id: 'p1' }));
  await deliverAlone();
  const startedAt = Date.now() - 60_000;
  const deaths = ['r-1', 'r-2', 'r-3'].map((requestId) => ({ requestId, startedAt }));
  await isolated(patient({ id: 'p1' }), deaths);
  await eraseP1();
  skipTime(ERASURES_KNOWN_MS);
  expect((await deliverAlone())?.failed).toEqual([]);
  expect(await depthOf(stage.world.queues.deadLetter)).toBe(0);
  expect((await stored()).entries).toMatchObject([{ status: 'stored' }]);
  const told = await outcomesTold(stage.world);
  expect(told.map(({ verdict }) => verdict)).toEqual(['stored', 'stored']);
});

test('R04: an erasure ends no entry whose message is on its way, and what was stored before stays stored', async () => {
  const body = patient({ id: 'p1' });
  await isolated(body);
  await deliverAlone();
  // As if the redriven message had been stored by an invocation that died before it marked the entry.
  await isolated(body, [], { body, status: 'redriven' });
  await eraseP1();
  const [open] = (await stored()).entries;
  expect(open).toMatchObject({ status: 'redriven', erasure: 1 });
  for (const name of ['body', 'file', 'pinned']) expect(open).not.toHaveProperty(name);
  skipTime(ERASURES_KNOWN_MS);
  expect((await deliverAlone())?.failed).toEqual([]);
  expect((await stored()).entries).toMatchObject([{ status: 'stored' }]);
  const told = await outcomesTold(stage.world);
  expect(told.map(({ verdict }) => verdict)).toEqual(['stored', 'stored']);
});

test('R02: a resource of an erased patient that would crash is not run', async () => {
  await sendNamed(faulty('throw', 'p1'));
  await eraseP1();
  await drain(stage.world, stage.functions);
  const { rows, entries } = await stored();
  expect(rows).toEqual([]);
  expect(entries).toMatchObject([{ kind: 'rejection', erasure: 1, attempts: [] }]);
});

test('a dead letter that waited is stored without its body', async () => {
  await sendNamed(faulty('throw', 'p1'));
  await drain(stage.world, {
    ...stage.functions,
    quarantine: async () => ({ batchItemFailures: [] }),
  });
  await send(stage.world.queues.deadLetter, patient({ id: 'p1' }), { file: 'chalmers.ndjson' });
  await eraseP1();
  await drain(stage.world, stage.functions);
  const { entries } = await stored();
  const letters = entries.filter(({ kind }) => kind === 'dead-letter');
  expect(letters.length).toBeGreaterThan(0);
  for (const letter of letters) {
    expect(letter).toMatchObject({ erasure: 1 });
    for (const name of ['body', 'bodyS3', 'file']) expect(letter).not.toHaveProperty(name);
  }
});

test('R05: what is submitted after the erasure is accepted', async () => {
  await eraseP1();
  await sendNamed(patient({ id: 'p1' }));
  await drain(stage.world, stage.functions);
  const { rows } = await stored();
  expect(rows).toMatchObject([{ resourceId: 'p1', body: patient({ id: 'p1' }) }]);
});

test('a later submission replaces an erased one as if it were new', async () => {
  await sendNamed(patient({ id: 'p1' }));
  await drain(stage.world, stage.functions);
  await eraseP1();
  await sendNamed(patient({ id: 'p1', active: false }));
  await drain(stage.world, stage.functions);
  const { rows } = await stored();
  expect(rows).toHaveLength(1);
  expect(rows[0]).toHaveProperty('body');
  expect(rows[0]).not.toHaveProperty('erasure');
});

test('R05: a redrive of a submission from before the erasure is refused', async () => {
  await sendNamed(invalidPatient('p1'));
  await drain(stage.world, stage.functions);
  const [before] = await itemsOf(stage.world.tables.quarantine);
  await eraseP1();
  // As a restored backup would bring it back.
  await testClients().dynamo.send(
    new PutCommand({ TableName: stage.world.tables.quarantine, Item: before }),
  );
  // Environments learn of an erasure with this delay, for which `erase` waits.
  skipTime(ERASURES_KNOWN_MS);
  const operator = await loadOperator();
  await operator.redrive(stageOf(stage.world), { kind: 'all' }, byTest());
  await drain(stage.world, stage.functions);
  const [entry] = await itemsOf(stage.world.tables.quarantine);
  expect(entry).toMatchObject({ status: 'quarantined', erasure: 1 });
  expect(entry).not.toHaveProperty('body');
});

test('a message whose object an earlier erasure of its patient deleted is covered by the later one', async () => {
  const table = tableAt(stage.world.tables.erasures);
  const record = (patient: string, at: number) =>
    recordErasure(table, { patient, at, source: 'default', shared: 'keep', by: 'b', reason: 'r' });
  await record('p', 10);
  await record('other', 30);
  await record('p', 20);
  const object = { bucket: 'b', key: 'k' };
  const hash = await testHashKey().hash();
  await noteErased(table, hash(objectText(object)), 1);
  const erased = new ErasedPatients(table, testHashKey(), Date.now);
  const erasureOf = (sentAt: number) =>
    erased.erasureOf('{}', { messageId: 'm', sentAt, source: 'default' }, object);
  expect(await Promise.all([10, 11, 20, 21].map(erasureOf))).toEqual([1, 3, 3, undefined]);
});

it('R09: if the erasures cannot be read the message waits', async () => {
  const erased = new ErasedPatients(tableAt('no-such-table'), testHashKey(), Date.now);
  const origin = { messageId: 'm', sentAt: 1, source: 'default' };
  await expect(erased.claimOn(patient(), origin)).rejects.toThrow();
});

it('R14: the erasures are read at most every five seconds, and only new ones', async () => {
  await eraseP1();
  let now = 1_000_000;
  const erased = new ErasedPatients(tableAt(stage.world.tables.erasures), testHashKey(), () => now);
  const origin = { messageId: 'm', sentAt: 1, source: 'default' };
  const ofP2 = patient({ id: 'p2' });
  expect(await erased.claimOn(aboutP1, origin)).toMatchObject({ erasure: { number: 1 } });
  await eraser.erase(placeOf(stage.world), requestFor('p2'), eraser.surroundings);
  now += 4_999;
  expect(await erased.claimOn(ofP2, origin)).toBeUndefined();
  now += 1;
  expect(await erased.claimOn(ofP2, origin)).toMatchObject({ erasure: { number: 2 } });
});

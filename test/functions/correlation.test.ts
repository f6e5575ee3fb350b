import { randomUUID } from 'node:crypto';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { outcomeEventSchema } from '../../core/message/messages.ts';
import { testClients } from '../support/clients.ts';
import { receive, send } from '../support/delivery.ts';
import { useDeliveryStage } from '../support/delivery-stage.ts';
import { drain } from '../support/drain.ts';
import { type Functions, loadFunctions } from '../support/functions.ts';
import { dieWith } from '../support/in-flight.ts';
import { byTest, loadOperator, stageOf } from '../support/operator.ts';
import { faulty, patient } from '../support/resources.ts';
import { itemsOf } from '../support/stores.ts';

const stage = useDeliveryStage();
let functions: Functions;
let lines: Record<string, unknown>[];
let delivered: unknown[];

beforeEach(async () => {
  await stage.build({ deadlineMs: 2_000, heapOldMb: 32 });
  delivered = [];
  stage.downstream.onStored = (_key, _body, headers) => delivered.push(headers['x-correlation-id']);
  lines = [];
  vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'DEBUG');
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((chunk) => lines.push(...parsed(chunk)) >= 0);
  }
  await stage.reload();
  functions = await loadFunctions();
});
afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await functions.close();
});

function parsed(chunk: unknown): Record<string, unknown>[] {
  const texts = String(chunk)
    .split('\n')
    .filter((line) => line.startsWith('{'));
  return texts.map((line) => JSON.parse(line));
}
const linesOf = (messageId: string) => lines.filter((line) => line['messageId'] === messageId);
const submit = (body: string, correlationId: string) =>
  send(stage.world.queues.lane, body, { correlationId });

test('R60: a producer’s id is on each log line, in Quarantine, outcomes, a redrive and the delivery', async () => {
  const own = randomUUID();
  const id = await submit(faulty('throw'), own);
  await drain(stage.world, functions);
  const operator = await loadOperator();
  const entry = await operator.readEntry(stage.world.tables.quarantine, id);
  expect(entry).toMatchObject({ kind: 'dead-letter', correlationId: own });
  await functions.close();
  vi.stubEnv('CHAOS', 'off');
  functions = await loadFunctions();
  await operator.redrive(stageOf(stage.world), { kind: 'ids', ids: [id] }, byTest());
  await drain(stage.world, functions);
  await stage.turn();
  expect(delivered).toEqual([own]);
  const told = (await receive(stage.world.queues.outcomes)).map(({ body }) => JSON.parse(body));
  expect(told.map((event) => outcomeEventSchema.parse(event))).toEqual([
    expect.objectContaining({ verdict: 'dead-lettered', messageId: id, correlationId: own }),
    expect.objectContaining({ verdict: 'stored', messageId: id, correlationId: own }),
  ]);
  const said = linesOf(id).map(({ message }) => message);
  const story = ['crash', 'alone', 'dead-lettered', 'quarantined', 'stored', 'delivered'];
  expect(said).toEqual(expect.arrayContaining(story));
  expect(new Set(linesOf(id).map((line) => line['correlationId']))).toEqual(new Set([own]));
});

test('R08: an id that may name a person is replaced by the message id, without a refusal', async () => {
  const patientId = randomUUID();
  const ids = [
    await submit(patient({ id: patientId }), patientId),
    await submit(patient({ id: 'other' }), 'Wilhelmina Smith'),
  ];
  await drain(stage.world, functions);
  await stage.turn();
  expect(delivered.sort()).toEqual([...ids].sort());
  for (const id of ids) {
    expect(new Set(linesOf(id).map((line) => line['correlationId']))).toEqual(new Set([id]));
  }
  expect(JSON.stringify(lines)).not.toMatch(new RegExp(`Wilhelmina|${patientId}`));
  for (const item of await itemsOf(stage.world.tables.resources)) {
    expect(item).not.toHaveProperty('correlationId');
  }
});

test('R08: for a claim check this is decided once the resource is loaded', async () => {
  const [own, patientId] = [randomUUID(), randomUUID()];
  const put = async (name: string, Body: string) => {
    const Key = `submissions/${name}`;
    const { bucket: Bucket } = stage.world;
    await testClients().s3.send(new PutObjectCommand({ Bucket, Key, Body }));
    return JSON.stringify({ s3: { bucket: Bucket, key: Key } });
  };
  const healthy = await submit(await put('1', patient({ id: 'p' })), own);
  const somebodys = await submit(await put('2', patient({ id: patientId })), patientId);
  const killer = await submit(await put('3', faulty('throw')), own);
  const named = await submit(await put(patientId, patient({ id: 'q' })), patientId);
  await dieWith(stage.world, await receive(stage.world.queues.lane));
  await drain(stage.world, functions);
  await stage.turn();
  expect(delivered.sort()).toEqual([own, somebodys, named].sort());
  const idsOn = (id: string) => new Set(linesOf(id).map((line) => line['correlationId']));
  expect(idsOn(somebodys)).toEqual(new Set([somebodys]));
  expect(idsOn(named)).toEqual(new Set([named]));
  expect(idsOn(healthy)).toContain(own);
  expect(idsOn(killer)).toContain(own);
  expect(JSON.stringify(lines)).not.toContain(patientId);
  const told = (await receive(stage.world.queues.outcomes)).map(({ body }) => JSON.parse(body));
  expect(told.find(({ messageId }) => messageId === killer)).toMatchObject({ correlationId: own });
  expect(JSON.stringify(told)).not.toContain(patientId);
});

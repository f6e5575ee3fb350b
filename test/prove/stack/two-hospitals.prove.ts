/**
 * R51 in one run, as it is deployed: two hospitals use the same ids for different patients. The template is
 * synthesized from a config and provisioned here, and the commands are those of an operator.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureBuilt } from '../../../demo/build.ts';
import { type Downstream, startDownstream } from '../../../demo/downstream/server.ts';
import type { ConfigInput } from '../../../lib/config/config.ts';
import { createClients, destroyClients } from '../../../packages/local-lambda/clients.ts';
import { type Runtime, startRuntime } from '../../../packages/local-lambda/runtime.ts';
import { configAssembly } from '../../support/config-assembly.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const MAIN = join(ROOT, 'cli', 'main.ts');
const QUEUE = 'fhir-failsafe-dev-critical';
const BUCKET = 'fhir-failsafe-dev-bodies-000000000000';
const KEYS = { 'hospital-a': 'AROAHOSPITALA:nurse', 'hospital-b': 'AIDAHOSPITALB' } as const;
type Hospital = keyof typeof KEYS;

const configFor = (endpoint: string): ConfigInput => ({
  delivery: { endpoint },
  sources: {
    known: {
      'hospital-a': { senders: ['AROAHOSPITALA'], delivery: { idPrefix: 'a-' } },
      'hospital-b': { senders: ['AIDAHOSPITALB'], delivery: { idPrefix: 'b-' } },
    },
  },
});

let downstream: Downstream;
let runtime: Runtime;
let documents: DynamoDBDocumentClient;
let folder: string;
const undo: (() => unknown)[] = [];
beforeAll(async () => {
  await ensureBuilt(ROOT, () => {});
  folder = await mkdtemp(join(tmpdir(), 'hospitals-'));
  downstream = await startDownstream();
  const assembly = await configAssembly(configFor(downstream.endpoint));
  runtime = await startRuntime({ assembly: assembly.directory });
  const clients = createClients(runtime.endpoints);
  documents = DynamoDBDocumentClient.from(clients.dynamodb);
  undo.push(() => destroyClients(clients), runtime.stop, downstream.stop, assembly.dispose);
  undo.push(() => rm(folder, { recursive: true }));
}, 600_000);
afterAll(async () => {
  for (const step of undo) await step();
});

const named = (id: string, family: string, gender = 'female') =>
  JSON.stringify({ resourceType: 'Patient', id, gender, name: [{ family }] });

/** Sends as that hospital, which may claim to be another. */
async function send(hospital: Hospital, MessageBody: string, source: string = hospital) {
  const { sqs, ...others } = createClients(runtime.endpoints, { accessKeyId: KEYS[hospital] });
  const { MessageId = '' } = await sqs.send(
    new SendMessageCommand({
      QueueUrl: runtime.queueUrl(QUEUE),
      MessageBody,
      MessageGroupId: source,
      MessageAttributes: { source: { DataType: 'String', StringValue: source } },
    }),
  );
  destroyClients({ sqs, ...others });
  return MessageId;
}

async function put(Key: string, Body: string): Promise<string> {
  const clients = createClients(runtime.endpoints);
  await clients.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body }));
  destroyClients(clients);
  return JSON.stringify({ s3: { bucket: BUCKET, key: Key } });
}

async function items(table: string): Promise<Record<string, unknown>[]> {
  const TableName = `${runtime.stackName}-${table}`;
  return (await documents.send(new ScanCommand({ TableName }))).Items ?? [];
}
const stored = async () =>
  Object.fromEntries((await items('resources')).map(({ pk, body }) => [pk, body]));
const entry = async (id: string) => (await items('quarantine')).find(({ pk }) => pk === id);
/** What the FHIR server has, by its key there. */
const delivered = () =>
  Object.fromEntries(
    [...downstream.resources].map(([key, { body }]) => [key, JSON.parse(body).name?.[0].family]),
  );

function cli(...args: string[]): Promise<{ status: number; said: string }> {
  const env = { ...process.env, ...runtime.exports };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [MAIN, ...args], { env }, (_, out, err) =>
      resolve({ status: child.exitCode ?? -1, said: out + err }),
    );
  });
}

const WAIT = { timeout: 120_000, interval: 250 };

test('R51: neither hospital sees, overwrites, delivers, redrives or erases what is the other’s', async () => {
  await send('hospital-a', named('p1', 'Anders'));
  await send('hospital-b', named('p1', 'Berg'));
  const checkOfA = await put('submissions/hospital-a/x', named('claimed', 'Alm'));
  await send('hospital-a', checkOfA);
  const stolen = await send('hospital-b', checkOfA);
  const spoofed = await send('hospital-b', named('p1', 'Bad'), 'hospital-a');
  const wrongOfA = await send('hospital-a', named('bad', 'Ask', 'x'));
  const wrongOfB = await send('hospital-b', named('bad', 'Bo', 'x'));

  await expect
    .poll(delivered, WAIT)
    .toEqual({ 'Patient/a-p1': 'Anders', 'Patient/b-p1': 'Berg', 'Patient/a-claimed': 'Alm' });
  expect(await stored()).toEqual({
    'hospital-a#Patient#p1': named('p1', 'Anders'),
    'hospital-b#Patient#p1': named('p1', 'Berg'),
    'hospital-a#Patient#claimed': named('claimed', 'Alm'),
  });
  await expect.poll(async () => (await items('quarantine')).length, WAIT).toBe(4);
  expect(await entry(spoofed)).toMatchObject({
    source: 'hospital-b',
    reason: 'security: other-source',
  });
  expect(await entry(stolen)).toMatchObject({ source: 'hospital-b', kind: 'rejection' });
  expect(JSON.stringify(await entry(stolen))).not.toContain('Alm');

  const corrected = join(folder, 'corrected.json');
  await writeFile(corrected, named('bad', 'Ask'));
  const why = ['--reason', 'ticket 7'];
  const redriven = await cli(
    'quarantine',
    'redrive',
    '--id',
    wrongOfA,
    '--with',
    corrected,
    ...why,
  );
  expect(redriven, redriven.said).toMatchObject({ status: 0 });
  await expect.poll(delivered, WAIT).toMatchObject({ 'Patient/a-bad': 'Ask' });
  expect(await entry(wrongOfA)).toMatchObject({ status: 'stored' });
  const again = await cli('quarantine', 'redrive', '--id', stolen, spoofed, wrongOfB, ...why);
  expect(again.said).toContain('redriven 3');
  await expect
    .poll(
      async () =>
        (await items('quarantine')).filter(({ status }) => status === 'quarantined').length,
      WAIT,
    )
    .toBe(3);
  expect(Object.keys(await stored()).sort()).toEqual([
    'hospital-a#Patient#bad',
    'hospital-a#Patient#claimed',
    'hospital-a#Patient#p1',
    'hospital-b#Patient#p1',
  ]);
  expect(delivered()).toMatchObject({ 'Patient/a-p1': 'Anders', 'Patient/b-p1': 'Berg' });

  const erasing = ['erase', '--patient', 'Patient/p1', '--source', 'hospital-a', ...why];
  const erased = await cli(...erasing, '--shared', 'erase', '--yes');
  expect(erased, erased.said).toMatchObject({ status: 0 });
  const left = await stored();
  expect(left['hospital-a#Patient#p1']).toBeUndefined();
  expect(left['hospital-b#Patient#p1']).toBe(named('p1', 'Berg'));
  expect(left['hospital-a#Patient#claimed']).toBe(named('claimed', 'Alm'));
  await send('hospital-b', named('p1', 'Berglund'));
  await expect.poll(delivered, WAIT).toMatchObject({ 'Patient/b-p1': 'Berglund' });
}, 400_000);

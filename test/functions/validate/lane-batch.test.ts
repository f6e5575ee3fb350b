import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { SQSRecord } from 'aws-lambda';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ENVELOPE_ATTRIBUTE } from '../../../core/messages.ts';
import { IsolationPool } from '../../../functions/validate/isolation/pool.ts';
import { testClients } from '../../support/clients.ts';
import { skipTime } from '../../support/clock.ts';
import { contextWith, deliver, receive, send } from '../../support/delivery.ts';
import { type Emulators, startEmulators } from '../../support/emulators.ts';
import { failCalls } from '../../support/faults.ts';
import { type Functions, loadFunctions } from '../../support/functions.ts';
import { faulty, invalidPatient, patient } from '../../support/resources.ts';
import { depthOf, itemsOf, objectAt } from '../../support/stores.ts';
import { buildWorld, type World } from '../../support/world.ts';

let emulators: Emulators;
let world: World;
let functions: Functions;

beforeAll(async () => {
  emulators = await startEmulators();
});
afterAll(() => emulators.stop());
beforeEach(async () => {
  world = await buildWorld({ deadlineMs: 5_000, resourceBytesMax: 500_000 });
  functions = await loadFunctions();
});
afterEach(() => functions.close());

const deliverBatch = (timeoutMs = 20_000) =>
  deliver(functions.validate, world.queues.lane, { context: contextWith(timeoutMs) });
const envelopeOf = (record: SQSRecord) =>
  JSON.parse(record.messageAttributes[ENVELOPE_ATTRIBUTE]?.stringValue ?? '{}');

async function upload(key: string, text: string): Promise<string> {
  const object = { Bucket: world.bucket, Key: key, Body: text };
  await testClients().s3.send(new PutObjectCommand(object));
  return JSON.stringify({ s3: { bucket: world.bucket, key } });
}

describe('what is valid', () => {
  test('is stored under source, type and id, with where it came from', async () => {
    const said = { source: 'lab', file: 'a.ndjson', line: '3', sequence: '9' };
    const id = await send(world.queues.lane, patient({ id: 'p-1' }), said);
    expect((await deliverBatch())?.failed).toEqual([]);
    expect(await itemsOf(world.tables.resources)).toEqual([
      {
        pk: 'lab#Patient#p-1',
        submissionOrder: expect.stringMatching(new RegExp(`^\\d{15}#0{15}9#${id}$`)),
        messageId: id,
        sentAt: expect.any(Number),
        source: 'lab',
        file: 'a.ndjson',
        line: 3,
        resourceType: 'Patient',
        resourceId: 'p-1',
        contentHash: expect.stringMatching(/^[0-9a-f]{64}$/),
        storedAt: expect.any(Number),
        body: patient({ id: 'p-1' }),
      },
    ]);
    expect(await depthOf(world.queues.lane)).toBe(0);
    expect(await itemsOf(world.tables.quarantine)).toEqual([]);
  });

  test('and has no id is known by its message', async () => {
    const id = await send(world.queues.lane, patient({ id: undefined }));
    await deliverBatch();
    expect(await itemsOf(world.tables.resources)).toMatchObject([{ pk: `default#Patient#${id}` }]);
  });

  test('R05: never overwrites a newer submission, whichever is delivered first', async () => {
    await send(world.queues.lane, patient({ active: false }));
    const [older] = await receive(world.queues.lane);
    skipTime(5);
    await send(world.queues.lane, patient({ active: true }));
    await deliverBatch();
    if (older === undefined) throw new Error('nothing received');
    const answer = await functions.validate({ Records: [older] }, contextWith());
    expect(answer).toEqual({ batchItemFailures: [] });
    expect(await itemsOf(world.tables.resources)).toMatchObject([
      { body: patient({ active: true }) },
    ]);
  });

  test('R04: a copy has no second effect', async () => {
    await send(world.queues.lane, patient());
    const records = await receive(world.queues.lane);
    await functions.validate({ Records: [...records, ...records] }, contextWith());
    const before = await itemsOf(world.tables.resources);
    await functions.validate({ Records: records }, contextWith());
    expect(await itemsOf(world.tables.resources)).toEqual(before);
  });

  test('and large lies in the bucket', async () => {
    const body = patient({ text: { status: 'generated', div: narrative(400_000) } });
    await send(world.queues.lane, body);
    expect((await deliverBatch())?.failed).toEqual([]);
    const [item] = await itemsOf(world.tables.resources);
    expect(item?.['body']).toBeUndefined();
    expect(await objectAt(item?.['bodyS3'] as { bucket: string; key: string })).toBe(body);
  });
});

const narrative = (length: number) =>
  `<div xmlns="http://www.w3.org/1999/xhtml">${'x'.repeat(length)}</div>`;

describe('what is invalid', () => {
  test('R07: is quarantined with its OperationOutcome, reason and origin', async () => {
    const id = await send(world.queues.lane, invalidPatient(), { file: 'a.ndjson', line: '7' });
    expect((await deliverBatch())?.failed).toEqual([]);
    const [item] = await itemsOf(world.tables.quarantine);
    expect(item).toMatchObject({
      pk: id,
      status: 'quarantined',
      kind: 'rejection',
      lane: 'background',
      source: 'default',
      file: 'a.ndjson',
      line: 7,
      attempts: [],
      reason: 'code-invalid at Patient.gender',
      fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
      body: invalidPatient(),
    });
    expect(JSON.parse(String(item?.['outcome']))).toMatchObject({
      resourceType: 'OperationOutcome',
      issue: [{ severity: 'error', expression: ['Patient.gender'] }],
    });
    expect(await depthOf(world.queues.incident)).toBe(0);
  });

  test.each(['not JSON', '[]', '{}', '{"resourceType":"Spaceship"}'])(
    'R07: %s is rejected, never a crash',
    async (body) => {
      await send(world.queues.lane, body);
      expect((await deliverBatch())?.failed).toEqual([]);
      expect(await itemsOf(world.tables.quarantine)).toMatchObject([{ kind: 'rejection', body }]);
    },
  );

  test('R07: message attributes that cannot be read are a reason to reject', async () => {
    await send(world.queues.lane, patient(), { line: 'seven' });
    await deliverBatch();
    const [item] = await itemsOf(world.tables.quarantine);
    expect(item?.['outcome']).toContain('message attributes: unreadable (line)');
  });
});

describe('a claim check', () => {
  test('stands for the resource', async () => {
    const body = patient({ id: 'by-claim' });
    await send(world.queues.lane, await upload('submissions/1', body));
    expect((await deliverBatch())?.failed).toEqual([]);
    expect(await itemsOf(world.tables.resources)).toMatchObject([{ body, resourceId: 'by-claim' }]);
  });

  test('to an invalid resource leaves it where it is', async () => {
    await send(world.queues.lane, await upload('submissions/2', invalidPatient()));
    await deliverBatch();
    expect(await itemsOf(world.tables.quarantine)).toMatchObject([
      { kind: 'rejection', bodyS3: { bucket: world.bucket, key: 'submissions/2' } },
    ]);
  });

  test.each([
    ['a foreign bucket', () => claim('somebody-elses', 'submissions/a'), 'security'],
    ['a quarantined body', (w: World) => claim(w.bucket, 'quarantine/a'), 'security'],
  ])('to %s is rejected', async (_, body, code) => {
    await send(world.queues.lane, body(world));
    expect((await deliverBatch())?.failed).toEqual([]);
    const [item] = await itemsOf(world.tables.quarantine);
    expect(item).toMatchObject({ kind: 'rejection', reason: code, body: body(world) });
  });

  test('to nothing is rejected: it will not appear later', async () => {
    await send(world.queues.lane, claim(world.bucket, 'submissions/none'));
    expect((await deliverBatch())?.failed).toEqual([]);
    expect(await itemsOf(world.tables.quarantine)).toMatchObject([
      { kind: 'rejection', reason: 'not-found', bodyS3: { key: 'submissions/none' } },
    ]);
  });

  test('to something too large, or not UTF-8, is rejected', async () => {
    await send(world.queues.lane, await upload('submissions/3', 'x'.repeat(500_001)));
    const latin1 = { Bucket: world.bucket, Key: 'submissions/4', Body: Buffer.from([0xfc]) };
    await testClients().s3.send(new PutObjectCommand(latin1));
    await send(world.queues.lane, claim(world.bucket, 'submissions/4'));
    expect((await deliverBatch())?.failed).toEqual([]);
    const items = await itemsOf(world.tables.quarantine);
    expect(items.map((item) => item['reason']).sort()).toEqual(['invalid', 'too-long']);
  });

  test('R09: that cannot be read for a fault of the bucket waits', async () => {
    await send(world.queues.lane, await upload('submissions/5', patient()));
    failCalls(functions, 's3', (command) => command === 'GetObjectCommand');
    expect((await deliverBatch())?.failed).toHaveLength(1);
    expect(await itemsOf(world.tables.quarantine)).toEqual([]);
  });
});

const claim = (bucket: string, key: string) => JSON.stringify({ s3: { bucket, key } });

describe('what crashes', () => {
  test('goes to the isolation queue at once, with the crash in its envelope', async () => {
    const id = await send(world.queues.lane, faulty('exit'), { source: 'lab' });
    await send(world.queues.lane, patient());
    expect((await deliverBatch())?.failed).toEqual([]);
    const [isolated] = await receive(world.queues.isolation);
    expect(isolated?.body).toBe(faulty('exit'));
    expect(isolated && envelopeOf(isolated)).toEqual({
      messageId: id,
      sentAt: expect.any(Number),
      source: 'lab',
      lane: 'background',
      crash: 'exit',
    });
    const [event] = await receive(world.queues.incident);
    expect(JSON.parse(event?.body ?? '')).toMatchObject({
      component: 'validate',
      kind: 'exit',
      lane: 'background',
      messageId: id,
    });
    expect(await itemsOf(world.tables.resources)).toHaveLength(1);
  });

  test.each(['sqs', 'sns'] as const)(
    'R09: and cannot be isolated or reported, for a fault of %s, stays where it is',
    async (service) => {
      await send(world.queues.lane, faulty('throw'));
      failCalls(functions, service, () => true);
      expect((await deliverBatch())?.failed).toHaveLength(1);
      expect(await depthOf(world.queues.lane)).toBe(1);
      expect(await depthOf(world.queues.isolation)).toBe(0);
    },
  );
});

describe('a suspect', () => {
  test('R03: is sent to the isolation queue and taken off before anything is validated', async () => {
    await send(world.queues.lane, patient({ id: 'suspect' }), { source: 'lab', sequence: '4' });
    const [first] = await receive(world.queues.lane);
    skipTime(60_000);
    await send(world.queues.lane, faulty('hang'));
    const calls: string[] = [];
    failCalls(functions, 'sqs', (command) => calls.push(command) < 0);
    const delivery = await deliverBatch(4_000);
    expect(calls.slice(0, 2)).toEqual(['SendMessageBatchCommand', 'DeleteMessageBatchCommand']);
    expect(delivery?.failed).toHaveLength(1);
    const [isolated] = await receive(world.queues.isolation);
    expect(isolated && envelopeOf(isolated)).toEqual({
      messageId: first?.messageId,
      sentAt: Number(first?.attributes.SentTimestamp),
      source: 'lab',
      sequence: 4,
      lane: 'background',
    });
    expect(Object.keys(isolated?.messageAttributes ?? {})).toEqual([ENVELOPE_ATTRIBUTE]);
  });

  test('R03: whose send fails stays on its queue', async () => {
    await send(world.queues.lane, patient());
    await receive(world.queues.lane);
    skipTime(60_000);
    failCalls(functions, 'sqs', (command) => command === 'SendMessageBatchCommand');
    expect((await deliverBatch())?.failed).toHaveLength(1);
    expect(await depthOf(world.queues.lane)).toBe(1);
  });

  test('R03: that cannot be taken off is done all the same: its copy is in isolation', async () => {
    await send(world.queues.lane, patient());
    await receive(world.queues.lane);
    skipTime(60_000);
    failCalls(functions, 'sqs', (command) => command === 'DeleteMessageBatchCommand');
    expect((await deliverBatch())?.failed).toEqual([]);
    expect(await depthOf(world.queues.isolation)).toBe(1);
  });

  test('whose body no longer fits with the envelope travels as a claim check', async () => {
    const body = patient({ text: { status: 'generated', div: narrative(1_048_000) } });
    await send(world.queues.lane, body.padEnd(1_048_576, ' '));
    await receive(world.queues.lane);
    skipTime(60_000);
    expect((await deliverBatch())?.failed).toEqual([]);
    const [isolated] = await receive(world.queues.isolation);
    const { s3 } = JSON.parse(isolated?.body ?? '{}');
    expect(s3.key).toMatch(/^hops\//);
    expect(await objectAt(s3)).toBe(body.padEnd(1_048_576, ' '));
  });
});

describe('a fault of our own', () => {
  test('R09: fails only the message that it met, and no attempt is recorded', async () => {
    const failing = await send(world.queues.lane, patient({ id: 'meets-the-fault' }));
    await send(world.queues.lane, patient({ id: 'other' }));
    failCalls(functions, 'dynamo', (_, input) => JSON.stringify(input).includes('meets-the-fault'));
    expect((await deliverBatch())?.failed).toEqual([failing]);
    expect(await itemsOf(world.tables.resources)).toMatchObject([{ resourceId: 'other' }]);
    expect(await itemsOf(world.tables.quarantine)).toEqual([]);
    expect(await depthOf(world.queues.incident)).toBe(0);
  });

  test('R09: a validator that cannot start fails the batch and blames nobody', async () => {
    const { validateLaneBatch } = await import('../../../functions/validate/lane-batch.ts');
    const broken = new IsolationPool({
      url: new URL('../../support/workers/cannot-load.ts', import.meta.url),
      size: 2,
      deadlineMs: 5_000,
      heapOldMb: 64,
      heapYoungMb: 16,
      options: { chaos: false, issuesMax: 100 },
    });
    await send(world.queues.lane, patient());
    await send(world.queues.lane, faulty('throw'));
    const records = await receive(world.queues.lane);
    const answer = await validateLaneBatch(records, contextWith(), broken);
    await broken.close();
    expect(answer.batchItemFailures).toHaveLength(2);
    expect(await depthOf(world.queues.isolation)).toBe(0);
    expect(await depthOf(world.queues.incident)).toBe(0);
  });
});

test('R06: out of time, what is not done is failed, and comes back soon', async () => {
  await send(world.queues.lane, patient({ id: 'in-time' }));
  const late = await send(world.queues.lane, faulty('hang'));
  const delivery = await deliverBatch(4_500);
  expect(delivery?.failed).toEqual([late]);
  expect(await itemsOf(world.tables.resources)).toMatchObject([{ resourceId: 'in-time' }]);
  expect(await depthOf(world.queues.incident)).toBe(0);
  skipTime(1_100);
  expect(await receive(world.queues.lane)).toMatchObject([{ messageId: late }]);
});

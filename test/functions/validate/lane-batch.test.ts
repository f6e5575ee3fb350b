import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import { ENVELOPE_ATTRIBUTE } from '../../../core/message/messages.ts';
import { build } from '../../../functions/validate/build.ts';
import type { IsolatedValidator } from '../../../functions/validate/isolated-validator.ts';
import type { ValidateDeps } from '../../../functions/validate/parts.ts';
import { validationPool } from '../../../functions/validate/validation-pool.ts';
import { testClients } from '../../support/clients.ts';
import { skipTime, stopTime } from '../../support/clock.ts';
import { contextWith, deliver, receive, send } from '../../support/delivery.ts';
import { failCalls } from '../../support/faults.ts';
import { NOWHERE, validateDeps } from '../../support/functions.ts';
import {
  faulty,
  hungLong,
  invalidPatient,
  largePatient,
  patient,
} from '../../support/resources.ts';
import { useStage } from '../../support/stage.ts';
import { depthOf, itemsOf, objectAt } from '../../support/stores.ts';
import { endValidating, TIMEOUT_MS } from '../../support/time-up.ts';

const stage = useStage({ deadlineMs: 5_000, resourceBytesMax: 500_000 });

const deliverBatch = () =>
  deliver(stage.functions.validate, stage.world.queues.lane, {
    context: contextWith(TIMEOUT_MS),
  });
const envelopeOf = (record: SQSRecord) =>
  JSON.parse(record.messageAttributes[ENVELOPE_ATTRIBUTE]?.stringValue ?? '{}');

async function _upload(key: string, text: string): Promise<string> {
  const object = { Bucket: stage.world.bucket, Key: key, Body: text };
  await testClients().s3.send(new PutObjectCommand(object));
  return JSON.stringify({ s3: { bucket: stage.world.bucket, key } });
}

describe('a valid resource', () => {
  test('is stored under source, type and id, with where it came from', async () => {
    const said = { source: 'lab', file: 'a.ndjson', line: '3', sequence: '9' };
    const id = await send(stage.world.queues.lane, patient({ id: 'p-1' }), said);
    expect((await deliverBatch())?.failed).toEqual([]);
    expect(await itemsOf(stage.world.tables.resources)).toEqual([
      {
        pk: 'lab#Patient#p-1',
        lane: 'background',
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
    expect(await depthOf(stage.world.queues.lane)).toBe(0);
    expect(await itemsOf(stage.world.tables.quarantine)).toEqual([]);
  });

  test('without an id is stored under that of its message', async () => {
    const id = await send(stage.world.queues.lane, patient({ id: undefined }));
    await deliverBatch();
    expect(await itemsOf(stage.world.tables.resources)).toMatchObject([
      { pk: `default#Patient#${id}` },
    ]);
  });

  test('R05: never overwrites a newer submission, whichever is delivered first', async () => {
    await send(stage.world.queues.lane, patient({ active: false }));
    const [older] = await receive(stage.world.queues.lane);
    skipTime(5);
    await send(stage.world.queues.lane, patient({ active: true }));
    await deliverBatch();
    if (older === undefined) throw new Error('nothing received');
    const answer = await stage.functions.validate({ Records: [older] }, contextWith());
    expect(answer).toEqual({ batchItemFailures: [] });
    expect(await itemsOf(stage.world.tables.resources)).toMatchObject([
      { body: patient({ active: true }) },
    ]);
  });

  test('R05: with an envelope that a producer made up does not get the order in it', async () => {
    const invented = { messageId: 'x', sentAt: 9e14, source: 'other', lane: 'critical' };
    const attributes = { [ENVELOPE_ATTRIBUTE]: JSON.stringify(invented), source: 'lab' };
    const id = await send(stage.world.queues.lane, patient(), attributes);
    await deliverBatch();
    expect(await itemsOf(stage.world.tables.resources)).toMatchObject([
      { messageId: id, source: 'lab' },
    ]);
  });

  test('R04: in a copy has no second effect', async () => {
    await send(stage.world.queues.lane, patient());
    const records = await receive(stage.world.queues.lane);
    await stage.functions.validate({ Records: [...records, ...records] }, contextWith());
    const before = await itemsOf(stage.world.tables.resources);
    await stage.functions.validate({ Records: records }, contextWith());
    expect(await itemsOf(stage.world.tables.resources)).toEqual(before);
  });

  test('that is large is stored in the bucket', async () => {
    const body = largePatient(400_000);
    await send(stage.world.queues.lane, body);
    expect((await deliverBatch())?.failed).toEqual([]);
    const [item] = await itemsOf(stage.world.tables.resources);
    expect(item?.['body']).toBeUndefined();
    expect(await objectAt(item?.['bodyS3'] as { bucket: string; key: string })).toBe(body);
  });
});

describe('an invalid resource', () => {
  test('R07: is quarantined with its OperationOutcome, reason and origin', async () => {
    const id = await send(stage.world.queues.lane, invalidPatient(), {
      file: 'a.ndjson',
      line: '7',
    });
    expect((await deliverBatch())?.failed).toEqual([]);
    const [item] = await itemsOf(stage.world.tables.quarantine);
    expect(item).toMatchObject({
      pk: id,
      status: 'quarantined',
      kind: 'rejection',
      lane: 'background',
      source: 'default',
      file: 'a.ndjson',
      line: 7,
      attempts: [],
      reason: 'code-invalid at Patient.gender: fhir-r4/required-binding',
      fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
      body: invalidPatient(),
    });
    expect(JSON.parse(String(item?.['outcome']))).toMatchObject({
      resourceType: 'OperationOutcome',
      issue: [{ severity: 'error', expression: ['Patient.gender'] }],
    });
    expect(await depthOf(stage.world.queues.incident)).toBe(0);
  });

  test.each(['not JSON', '[]', '{}', '{"resourceType":"Spaceship"}'])(
    'R07: such as %s is rejected, never a crash',
    async (body) => {
      await send(stage.world.queues.lane, body);
      expect((await deliverBatch())?.failed).toEqual([]);
      expect(await itemsOf(stage.world.tables.quarantine)).toMatchObject([
        { kind: 'rejection', body },
      ]);
    },
  );

  test('R07: has a reason and a fingerprint for each cause', async () => {
    const bucket = stage.world.bucket;
    const causes: [body: string, attributes: Record<string, string>, reason: string][] = [
      [' \n', {}, 'the body is blank'],
      ['hello', {}, 'not JSON: plain text'],
      ['\ufeff{}', {}, 'not JSON: begins with a byte order mark'],
      [
        `${patient()}\n${patient()}`,
        {},
        'not JSON: more than one document, or something behind it',
      ],
      [btoa('{"resourceType":"Patient"}'), {}, 'not JSON: base64'],
      ['<Patient/>', {}, 'not JSON: XML'],
      ['{"resourceType":"Pat', {}, 'not JSON: broken or cut off'],
      ['[]', {}, 'not a resource: JSON, but no object'],
      ['{}', {}, 'structure at Resource: fhir-r4/resource-type'],
      [patient(), { source: 'x'.repeat(129) }, 'unreadable attribute source'],
      [patient(), { line: 'x' }, 'unreadable attribute line'],
      [patient(), { sequence: 'x' }, 'unreadable attribute sequence'],
      ['{"s3":{}}', {}, 'claim check: not {"s3":{"bucket","key"}}'],
      ['{"s3":{"bucket":"of-another","key":"submissions/a"}}', {}, 'claim check: another bucket'],
      [
        JSON.stringify({ s3: { bucket, key: 'a' } }),
        {},
        "claim check: key outside its source's folder",
      ],
      [
        JSON.stringify({ s3: { bucket, key: 'submissions/none' } }),
        {},
        'claim check: no such object',
      ],
    ];
    for (const [body, attributes] of causes) await send(stage.world.queues.lane, body, attributes);
    while ((await deliverBatch()) !== undefined);
    const entries = await itemsOf(stage.world.tables.quarantine);
    const reasons = causes.map(([, , reason]) => reason);
    expect(entries.map(({ reason }) => reason).sort()).toEqual(reasons.sort());
    expect(new Set(entries.map(({ fingerprint }) => fingerprint)).size).toBe(causes.length);
  });

  test('R07: rejects a message whose attributes cannot be read', async () => {
    await send(stage.world.queues.lane, patient(), { line: 'seven' });
    await deliverBatch();
    const [item] = await itemsOf(stage.world.tables.quarantine);
    expect(item?.['outcome']).toContain('message attributes: unreadable (line)');
  });
});

describe('a resource that crashes', () => {
  test('goes to the isolation queue at once, with the crash in its envelope', async () => {
    const id = await send(stage.world.queues.lane, faulty('exit'), { source: 'lab' });
    await send(stage.world.queues.lane, patient());
    expect((await deliverBatch())?.failed).toEqual([]);
    const [isolated] = await receive(stage.world.queues.isolation);
    expect(isolated?.body).toBe(faulty('exit'));
    expect(isolated && envelopeOf(isolated)).toEqual({
      messageId: id,
      sentAt: expect.any(Number),
      source: 'lab',
      lane: 'background',
      crash: 'exit',
    });
    const [event] = await receive(stage.world.queues.incident);
    expect(JSON.parse(event?.body ?? '')).toMatchObject({
      component: 'validate',
      kind: 'exit',
      lane: 'background',
      messageId: id,
    });
    expect(await itemsOf(stage.world.tables.resources)).toHaveLength(1);
  });

  test.each(['sqs', 'sns'] as const)(
    'R09: and cannot be isolated or reported, because of %s, stays where it is',
    async (service) => {
      await send(stage.world.queues.lane, faulty('throw'));
      failCalls(stage.functions, service, () => true);
      expect((await deliverBatch())?.failed).toHaveLength(1);
      expect(await depthOf(stage.world.queues.lane)).toBe(1);
      expect(await depthOf(stage.world.queues.isolation)).toBe(0);
    },
  );
});

describe('a resource that takes long among others', () => {
  /** In a batch only, without waiting for a processor. */
  const givesUp: IsolatedValidator = {
    ready: async () => {},
    validate: async (text, _submittedAt, _off, { inBatch } = {}) =>
      inBatch && text === faulty('hang')
        ? { kind: 'no-verdict', because: 'slow' }
        : { kind: 'valid', resourceType: 'Patient', id: 'example', issues: [] },
  };
  const runBatch = async (more: Partial<ValidateDeps> = {}) => {
    const deps = await validateDeps({ ...NOWHERE, pool: givesUp });
    const handler = build({ ...deps, ...more });
    return handler({ Records: await receive(stage.world.queues.lane) }, contextWith());
  };

  test('R01 R02 R03: goes to the isolation queue as what has not crashed, and its neighbours do not wait', async () => {
    const hung = await send(stage.world.queues.lane, faulty('hang'), { source: 'lab' });
    await send(stage.world.queues.lane, patient());
    expect(await runBatch()).toEqual({ batchItemFailures: [] });
    expect(await itemsOf(stage.world.tables.resources)).toHaveLength(1);
    const [isolated] = await receive(stage.world.queues.isolation);
    const envelope = { messageId: hung, sentAt: expect.any(Number), source: 'lab' };
    expect(isolated && envelopeOf(isolated)).toEqual({ ...envelope, lane: 'background' });
    expect(await depthOf(stage.world.queues.incident)).toBe(0);
    expect(await itemsOf(stage.world.tables.quarantine)).toEqual([]);
  });

  test('R09: and cannot be isolated, stays where it is', async () => {
    await send(stage.world.queues.lane, faulty('hang'));
    const sqs = { send: () => Promise.reject(new Error('refused')) } as unknown as SQSClient;
    expect((await runBatch({ sqs })).batchItemFailures).toHaveLength(1);
    expect(await depthOf(stage.world.queues.isolation)).toBe(0);
  });
});

describe('a fault of our own', () => {
  test('R09: fails only the message that it met, and no attempt is recorded', async () => {
    const failing = await send(stage.world.queues.lane, patient({ id: 'meets-the-fault' }));
    await send(stage.world.queues.lane, patient({ id: 'other' }));
    failCalls(stage.functions, 'dynamo', (_, input) =>
      JSON.stringify(input).includes('meets-the-fault'),
    );
    expect((await deliverBatch())?.failed).toEqual([failing]);
    expect(await itemsOf(stage.world.tables.resources)).toMatchObject([{ resourceId: 'other' }]);
    expect(await itemsOf(stage.world.tables.quarantine)).toEqual([]);
    expect(await depthOf(stage.world.queues.incident)).toBe(0);
  });

  test('R09: a validator that cannot start fails the batch and blames nobody', async () => {
    const broken = validationPool({
      url: new URL('../../support/workers/cannot-load.ts', import.meta.url),
      size: 2,
      deadlineMs: 5_000,
      heapOldMb: 64,
      heapYoungMb: 16,
      options: { chaos: false, issuesMax: 100 },
    });
    await send(stage.world.queues.lane, patient());
    await send(stage.world.queues.lane, faulty('throw'));
    const records = await receive(stage.world.queues.lane);
    const handler = build(await validateDeps({ ...NOWHERE, pool: broken }));
    const answer = await handler({ Records: records }, contextWith());
    await broken.close();
    expect(answer.batchItemFailures).toHaveLength(2);
    expect(await depthOf(stage.world.queues.isolation)).toBe(0);
    expect(await depthOf(stage.world.queues.incident)).toBe(0);
  });
});

test('R06: when time runs out, what is not done is failed, and comes back soon', async () => {
  stopTime();
  await send(stage.world.queues.lane, patient({ id: 'in-time' }));
  const late = await send(stage.world.queues.lane, hungLong());
  const delivery = deliverBatch();
  await expect
    .poll(() => itemsOf(stage.world.tables.resources))
    .toMatchObject([{ resourceId: 'in-time' }]);
  endValidating();
  expect((await delivery)?.failed).toEqual([late]);
  expect(await depthOf(stage.world.queues.incident)).toBe(0);
  skipTime(1_100);
  expect(await receive(stage.world.queues.lane)).toMatchObject([{ messageId: late }]);
});

import type { DynamoDBDocumentClient as Dynamo, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { SQSRecord } from 'aws-lambda';
import { beforeAll, describe, expect, test } from 'vitest';
import { membersOf } from '../../../core/attempt/suspect-group.ts';
import { ENVELOPE_ATTRIBUTE } from '../../../core/message/messages.ts';
import { testClients } from '../../support/clients.ts';
import { passTime, skipTime, stopTime } from '../../support/clock.ts';
import { contextWith, deliver, receive, send } from '../../support/delivery.ts';
import { failCalls } from '../../support/faults.ts';
import { dieWith, inFlightOf } from '../../support/in-flight.ts';
import { faulty, hungLong, largePatient, patient } from '../../support/resources.ts';
import { useStage } from '../../support/stage.ts';
import { depthOf, itemsOf, objectAt } from '../../support/stores.ts';
import { endValidating, TIMEOUT_MS } from '../../support/time-up.ts';

const stage = useStage({ deadlineMs: 2_000, resourceBytesMax: 500_000 });
beforeAll(() => stopTime());

const deliverBatch = () =>
  deliver(stage.functions.validate, stage.world.queues.lane, {
    context: contextWith(TIMEOUT_MS),
  });
const envelopeOf = (record: SQSRecord) =>
  JSON.parse(record.messageAttributes[ENVELOPE_ATTRIBUTE]?.stringValue ?? '{}');
const ofInFlight = (_: string, input: Record<string, unknown>) =>
  JSON.stringify(input).includes(stage.world.tables.inFlight);
const storedIds = async () =>
  (await itemsOf(stage.world.tables.resources)).map(({ resourceId }) => resourceId).sort();
const isolated = () => depthOf(stage.world.queues.isolation);

/** A batch whose time for validating passes once its mark is written. */
async function runOut() {
  const written = Promise.withResolvers<void>();
  failCalls(stage.functions, 'dynamo', (command, input) => {
    if (command === 'PutItemCommand' && ofInFlight(command, input)) written.resolve();
    return false;
  });
  const delivery = deliverBatch();
  await written.promise;
  endValidating();
  return delivery;
}

/** Messages of an environment that died with them. */
async function suspects(...bodies: string[]): Promise<SQSRecord[]> {
  for (const body of bodies) await send(stage.world.queues.lane, body, { source: 'lab' });
  const records = await receive(stage.world.queues.lane);
  await dieWith(stage.world, records);
  return records;
}

describe('a suspect', () => {
  test('R03: is sent to the isolation queue and deleted from its own before anything is validated', async () => {
    await send(stage.world.queues.lane, patient(), { source: 'lab', sequence: '4' });
    const [first] = await receive(stage.world.queues.lane);
    await dieWith(stage.world, first ? [first] : []);
    await send(stage.world.queues.lane, hungLong());
    const calls: string[] = [];
    failCalls(stage.functions, 'sqs', (command) => calls.push(command) < 0);
    const delivery = deliverBatch();
    await expect.poll(() => calls.length).toBeGreaterThanOrEqual(2);
    expect(calls.slice(0, 2)).toEqual(['SendMessageBatchCommand', 'DeleteMessageBatchCommand']);
    endValidating();
    expect((await delivery)?.failed).toHaveLength(1);
    const [hop] = await receive(stage.world.queues.isolation);
    expect(hop && envelopeOf(hop)).toEqual({
      messageId: first?.messageId,
      sentAt: Number(first?.attributes.SentTimestamp),
      source: 'lab',
      sequence: 4,
      lane: 'background',
    });
    expect(Object.keys(hop?.messageAttributes ?? {})).toEqual([ENVELOPE_ATTRIBUTE]);
    // R50: a flood of suspects still counts as its source's.
    expect(hop?.attributes.MessageGroupId).toBe('lab');
  });

  test('R03: whose send fails stays on its queue', async () => {
    await suspects(patient());
    failCalls(stage.functions, 'sqs', (command) => command === 'SendMessageBatchCommand');
    expect((await deliverBatch())?.failed).toHaveLength(1);
    expect(await depthOf(stage.world.queues.lane)).toBe(1);
  });

  test('R03: that cannot be deleted there is done: its copy is in isolation', async () => {
    await suspects(patient());
    failCalls(stage.functions, 'sqs', (command) => command === 'DeleteMessageBatchCommand');
    expect((await deliverBatch())?.failed).toEqual([]);
    expect(await isolated()).toBe(1);
  });

  test('R03: is recognised however long its lane was paused', async () => {
    await suspects(patient());
    skipTime(13 * 24 * 3_600_000);
    await deliverBatch();
    expect([await storedIds(), await isolated()]).toEqual([[], 1]);
  });

  test('R03: is sent with the others of its death in one message, each unchanged', async () => {
    const records = await suspects(patient({ id: 'a' }), patient({ id: 'b' }));
    expect((await deliverBatch())?.failed).toEqual([]);
    const groups = await receive(stage.world.queues.isolation);
    expect(groups).toHaveLength(1);
    const members = membersOf(groups[0]?.body ?? '');
    expect(members.map(({ body }) => JSON.parse(body).id)).toEqual(['a', 'b']);
    expect(
      members.map(({ attributes }) => JSON.parse(attributes[ENVELOPE_ATTRIBUTE] ?? '')),
    ).toEqual(
      records.map(({ messageId }) => expect.objectContaining({ messageId, source: 'lab' })),
    );
  });

  test('whose body no longer fits beside the envelope becomes a claim check', async () => {
    const body = largePatient(1_048_000).padEnd(1_048_576, ' ');
    await send(stage.world.queues.lane, body);
    await dieWith(stage.world, await receive(stage.world.queues.lane));
    expect((await deliverBatch())?.failed).toEqual([]);
    const [hop] = await receive(stage.world.queues.isolation);
    const { s3 } = JSON.parse(hop?.body ?? '{}');
    expect(s3.key).toMatch(/^hops\//);
    expect(await objectAt(s3)).toBe(body);
  });
});

describe('not a suspect', () => {
  test('R03: is a message that was received before and was in no environment: a throttle spends receives', async () => {
    await send(stage.world.queues.lane, patient());
    for (let receives = 0; receives < 5; receives += 1) {
      expect(await receive(stage.world.queues.lane)).toHaveLength(1);
      skipTime(70_000);
    }
    expect((await deliverBatch())?.failed).toEqual([]);
    expect([await storedIds(), await isolated()]).toEqual([['example'], 0]);
  });

  test('R03: is a message that met a fault of our own, however often', async () => {
    await send(stage.world.queues.lane, patient());
    const { resources } = stage.world.tables;
    const mend = failCalls(
      stage.functions,
      'dynamo',
      (_, input) => input['TableName'] === resources,
    );
    for (let receives = 0; receives < 3; receives += 1) {
      expect((await deliverBatch())?.failed).toHaveLength(1);
      skipTime(70_000);
    }
    mend();
    expect((await deliverBatch())?.failed).toEqual([]);
    expect([await storedIds(), await isolated()]).toEqual([['example'], 0]);
  });

  test('R03: is a message that we ran out of time for', async () => {
    await send(stage.world.queues.lane, hungLong());
    for (let receives = 0; receives < 2; receives += 1) {
      expect((await runOut())?.failed).toHaveLength(1);
      skipTime(1_100);
    }
    expect(await isolated()).toBe(0);
    await deliverBatch();
    const [alone] = await receive(stage.world.queues.isolation);
    expect(alone && envelopeOf(alone)).toMatchObject({ lane: 'background' });
  });

  test('R04: is a duplicate that comes while the batch runs, and waits, or after it has ended', async () => {
    await send(stage.world.queues.lane, patient());
    const Records = await receive(stage.world.queues.lane);
    const copies = Records.map((record) => ({
      ...record,
      attributes: { ...record.attributes, ApproximateReceiveCount: '2' },
    }));
    const answers = await Promise.all([
      stage.functions.validate({ Records }, contextWith()),
      stage.functions.validate({ Records: copies }, contextWith()),
    ]);
    skipTime(70_000);
    answers.push(await stage.functions.validate({ Records: copies }, contextWith()));
    const waiting = answers.map(({ batchItemFailures }) => batchItemFailures.length);
    expect(waiting).toEqual([0, 1, 0]);
    expect(await storedIds()).toEqual(['example']);
  });
});

describe('the mark of a batch', () => {
  test('R03: is written before any body is loaded', async () => {
    const { bucket, queues } = stage.world;
    await send(queues.lane, JSON.stringify({ s3: { bucket, key: 'submissions/absent' } }));
    const calls: string[] = [];
    failCalls(stage.functions, 'dynamo', (command) => calls.push(command) < 0);
    failCalls(stage.functions, 's3', (command) => calls.push(command) < 0);
    await deliverBatch();
    expect(calls.slice(0, 2)).toEqual(['PutItemCommand', 'GetObjectCommand']);
  });

  test('R09: that is not written lets nothing run, and makes no suspect', async () => {
    await send(stage.world.queues.lane, faulty('exit'));
    await send(stage.world.queues.lane, patient());
    let puts = 0;
    const mend = failCalls(
      stage.functions,
      'dynamo',
      (command, input) => command === 'PutItemCommand' && ofInFlight(command, input) && ++puts > 0,
    );
    const delivery = deliverBatch();
    // The mark is not emptied either.
    await expect.poll(() => puts).toBeGreaterThan(1);
    expect((await passTime(delivery))?.failed).toHaveLength(2);
    mend();
    expect([await storedIds(), await isolated()]).toEqual([[], 0]);
    skipTime(70_000);
    await deliverBatch();
    expect(await storedIds()).toEqual(['example']);
  });

  test('R09: whose answer was lost is read back, and is valid', async () => {
    await send(stage.world.queues.lane, patient());
    let lost = 0;
    failCalls(
      stage.functions,
      'dynamo',
      (command, input) => command === 'PutItemCommand' && ofInFlight(command, input) && lost++ < 3,
      'lose-then-refuse',
    );
    expect((await deliverBatch())?.failed).toEqual([]);
    expect(lost).toBe(1);
    expect(await storedIds()).toEqual(['example']);
  });

  test('R03: that could not be emptied makes no suspects once its environment has run another batch', async () => {
    const late = await send(stage.world.queues.lane, hungLong());
    let puts = 0;
    const mend = failCalls(
      stage.functions,
      'dynamo',
      (command, input) => command === 'PutItemCommand' && ofInFlight(command, input) && puts++ > 0,
    );
    const delivery = runOut();
    await expect.poll(() => puts).toBeGreaterThan(1);
    expect((await passTime(delivery))?.failed).toEqual([late]);
    expect(puts).toBeGreaterThan(2);
    mend();
    // It is not made visible early: the mark may still name it.
    skipTime(2_000);
    expect(await receive(stage.world.queues.lane)).toEqual([]);
    await send(stage.world.queues.lane, patient());
    expect((await deliverBatch())?.failed).toEqual([]);
    skipTime(90_000);
    await runOut();
    expect(await isolated()).toBe(0);
  });

  test('R03: is made by no write that comes late, when its environment has removed it', async () => {
    const sent: object[] = [];
    const send = (command: never) => {
      sent.push(command);
      return testClients().dynamo.send(command);
    };
    const environment = inFlightOf(stage.world, { dynamo: { send } as unknown as Dynamo });
    await environment.open(['m1'], 'r1');
    await environment.open(['m2'], 'r2');
    expect(await environment.close('r2', () => 1_000)).toBe(true);
    skipTime(45_000);
    await environment.open(['m3'], 'r3');
    const marked = async () =>
      (await itemsOf(stage.world.tables.inFlight)).map(({ messageIds }) => messageIds);
    expect(await marked()).toEqual([['m3']]);
    const late = sent[1] as PutCommand;
    expect(late.input.Item?.['messageIds']).toEqual(['m2']);
    await expect(testClients().dynamo.send(late)).rejects.toThrow('conditional request failed');
    expect(await marked()).toEqual([['m3']]);
  });

  test('R09: if nobody can say who is a suspect, messages that were received before wait, and the rest runs', async () => {
    const [suspect] = await suspects(patient({ id: 'before' }));
    await send(stage.world.queues.lane, patient({ id: 'new' }));
    const mend = failCalls(
      stage.functions,
      'dynamo',
      (command, { TableName }) =>
        command === 'QueryCommand' && TableName === stage.world.tables.inFlight,
    );
    expect((await deliverBatch())?.failed).toEqual([suspect?.messageId]);
    expect([await storedIds(), await isolated()]).toEqual([['new'], 0]);
    mend();
    skipTime(70_000);
    expect((await deliverBatch())?.failed).toEqual([]);
    expect([await storedIds(), await isolated()]).toEqual([['new'], 1]);
  });

  test('R03: costs one write while its environment continues, and no read', async () => {
    const calls: string[] = [];
    failCalls(stage.functions, 'dynamo', (command, input) => {
      if (ofInFlight(command, input)) calls.push(command);
      return false;
    });
    for (let batch = 0; batch < 3; batch += 1) {
      await send(stage.world.queues.lane, patient());
      await deliverBatch();
    }
    expect(calls).toEqual(['PutItemCommand', 'PutItemCommand', 'PutItemCommand']);
    expect(await itemsOf(stage.world.tables.inFlight)).toHaveLength(1);
    // A new lease, and the former one is removed.
    skipTime(60_000);
    await send(stage.world.queues.lane, patient());
    await deliverBatch();
    expect(calls.slice(3)).toEqual(['PutItemCommand', 'DeleteItemCommand']);
    expect(await itemsOf(stage.world.tables.inFlight)).toHaveLength(1);
  });
});

import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { SQSRecord } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import { ENVELOPE_ATTRIBUTE } from '../../../core/messages.ts';
import { testClients } from '../../support/clients.ts';
import { skipTime } from '../../support/clock.ts';
import { contextWith, deliver, receive, send } from '../../support/delivery.ts';
import { failCalls } from '../../support/faults.ts';
import { faulty, largePatient, patient } from '../../support/resources.ts';
import { useStage } from '../../support/stage.ts';
import { depthOf, objectAt } from '../../support/stores.ts';

const stage = useStage({ deadlineMs: 5_000, resourceBytesMax: 500_000 });

const deliverBatch = (timeoutMs = 20_000) =>
  deliver(stage.functions.validate, stage.world.queues.lane, { context: contextWith(timeoutMs) });
const envelopeOf = (record: SQSRecord) =>
  JSON.parse(record.messageAttributes[ENVELOPE_ATTRIBUTE]?.stringValue ?? '{}');

async function _upload(key: string, text: string): Promise<string> {
  const object = { Bucket: stage.world.bucket, Key: key, Body: text };
  await testClients().s3.send(new PutObjectCommand(object));
  return JSON.stringify({ s3: { bucket: stage.world.bucket, key } });
}

describe('a suspect', () => {
  test('R03: is sent to the isolation queue and taken off before anything is validated', async () => {
    await send(stage.world.queues.lane, patient({ id: 'suspect' }), {
      source: 'lab',
      sequence: '4',
    });
    const [first] = await receive(stage.world.queues.lane);
    skipTime(60_000);
    await send(stage.world.queues.lane, faulty('hang'));
    const calls: string[] = [];
    failCalls(stage.functions, 'sqs', (command) => calls.push(command) < 0);
    const delivery = await deliverBatch(4_000);
    expect(calls.slice(0, 2)).toEqual(['SendMessageBatchCommand', 'DeleteMessageBatchCommand']);
    expect(delivery?.failed).toHaveLength(1);
    const [isolated] = await receive(stage.world.queues.isolation);
    expect(isolated && envelopeOf(isolated)).toEqual({
      messageId: first?.messageId,
      sentAt: Number(first?.attributes.SentTimestamp),
      source: 'lab',
      sequence: 4,
      lane: 'background',
    });
    expect(Object.keys(isolated?.messageAttributes ?? {})).toEqual([ENVELOPE_ATTRIBUTE]);
    // R50: a flood of suspects is still its source's.
    expect(isolated?.attributes.MessageGroupId).toBe('lab');
  });

  test('R03: whose send fails stays on its queue', async () => {
    await send(stage.world.queues.lane, patient());
    await receive(stage.world.queues.lane);
    skipTime(60_000);
    failCalls(stage.functions, 'sqs', (command) => command === 'SendMessageBatchCommand');
    expect((await deliverBatch())?.failed).toHaveLength(1);
    expect(await depthOf(stage.world.queues.lane)).toBe(1);
  });

  test('R03: that cannot be taken off is done all the same: its copy is in isolation', async () => {
    await send(stage.world.queues.lane, patient());
    await receive(stage.world.queues.lane);
    skipTime(60_000);
    failCalls(stage.functions, 'sqs', (command) => command === 'DeleteMessageBatchCommand');
    expect((await deliverBatch())?.failed).toEqual([]);
    expect(await depthOf(stage.world.queues.isolation)).toBe(1);
  });

  test('whose body no longer fits with the envelope travels as a claim check', async () => {
    const body = largePatient(1_048_000);
    await send(stage.world.queues.lane, body.padEnd(1_048_576, ' '));
    await receive(stage.world.queues.lane);
    skipTime(60_000);
    expect((await deliverBatch())?.failed).toEqual([]);
    const [isolated] = await receive(stage.world.queues.isolation);
    const { s3 } = JSON.parse(isolated?.body ?? '{}');
    expect(s3.key).toMatch(/^hops\//);
    expect(await objectAt(s3)).toBe(body.padEnd(1_048_576, ' '));
  });
});

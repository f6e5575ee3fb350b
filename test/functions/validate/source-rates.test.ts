import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { realMachine } from '../../../aws/machine.ts';
import { countSent } from '../../../aws/rates-table.ts';
import { sentMinute } from '../../../core/source/source-rate.ts';
import { ENV } from '../../../telemetry/env-names.ts';
import { testClients } from '../../support/clients.ts';
import { skipTime } from '../../support/clock.ts';
import { makePatientDynamo } from '../../support/cold.ts';
import { contextWith, deliver, receive } from '../../support/delivery.ts';
import { failCalls } from '../../support/faults.ts';
import { byTest, loadOperator, stageOf } from '../../support/operator.ts';
import { SOURCE_RULES } from '../../support/refused-senders.ts';
import { patient } from '../../support/resources.ts';
import { sendAs, useSources } from '../../support/senders.ts';
import { useStage } from '../../support/stage.ts';
import { itemsOf } from '../../support/stores.ts';

const RATES = 'rates-of-sources-test';

useSources(SOURCE_RULES);
beforeAll(() => {
  process.env[ENV.ratesTable] = RATES;
});
afterAll(() => {
  delete process.env[ENV.ratesTable];
});
const stage = useStage({ deadlineMs: 2_000, heapOldMb: 32, resourceBytesMax: 500_000 });

const lane = () => stage.world.queues.lane;
const run = () => deliver(stage.functions.validate, lane());
const quarantined = () => itemsOf(stage.world.tables.quarantine);
const stored = () => itemsOf(stage.world.tables.resources);

async function upload(Body: string): Promise<string> {
  const { bucket: Bucket } = stage.world;
  const Key = 'submissions/chatty/first';
  await testClients().s3.send(new PutObjectCommand({ Bucket, Key, Body }));
  return JSON.stringify({ s3: { bucket: Bucket, key: Key } });
}

describe('a source’s rate', () => {
  beforeEach(async () => {
    const table = new CreateTableCommand({
      TableName: RATES,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    });
    await testClients()
      .dynamo.send(table)
      .catch(() => {});
    skipTime(120_000);
  });
  const send = async (count: number) => {
    for (let i = 0; i < count; i++)
      await sendAs('AROACHATTY', lane(), patient({ id: `p${i}` }), { group: 'chatty' });
  };

  test('is the fleet’s, over batches; the surplus is refused and can be redriven', async () => {
    // If the minute ended between the sendings, two minutes would count.
    skipTime(60_000 - (Date.now() % 60_000));
    await send(2);
    await run();
    await send(3);
    await run();
    expect(await stored()).toHaveLength(2);
    const resources = await itemsOf(stage.world.tables.resources);
    expect(resources.every(({ source }) => source === 'chatty')).toBe(true);
    expect(await quarantined()).toHaveLength(2);
    expect(await quarantined()).toMatchObject([
      { reason: 'security: rate' },
      { reason: 'security: rate' },
    ]);
    const operator = await loadOperator();
    await operator.redrive(stageOf(stage.world), { kind: 'all' }, byTest());
    await deliver(stage.functions.validate, stage.world.queues.isolation, { max: 1 });
    expect(await quarantined()).toContainEqual(expect.objectContaining({ status: 'stored' }));
  });

  test.each([
    ['the message', async () => patient({ id: 'first' })],
    ['a claim check', async () => upload(patient({ id: 'first' }))],
  ])(
    'R04: what was stored stays so if %s comes again beyond the rate, and SQS says for the first time',
    async (_, made) => {
      skipTime(60_000 - (Date.now() % 60_000));
      await sendAs('AROACHATTY', lane(), await made(), { group: 'chatty' });
      const Records = await receive(lane());
      const again = () => stage.functions.validate({ Records }, contextWith(20_000));
      expect(await again()).toEqual({ batchItemFailures: [] });
      await send(3);
      await run();
      expect(await again()).toEqual({ batchItemFailures: [] });
      expect(await stored()).toHaveLength(3);
      expect(await quarantined()).toMatchObject([{ reason: 'security: rate' }]);
      expect((await quarantined()).map(({ pk }) => pk)).not.toContain(Records[0]?.messageId);
    },
  );

  test('R50: a delivery that comes long after the first one is not counted again', async () => {
    skipTime(60_000 - (Date.now() % 60_000));
    await send(1);
    const Records = await receive(lane());
    for (const agoMs of [0, 60_000]) {
      skipTime(agoMs);
      await stage.functions.validate({ Records }, contextWith(20_000));
    }
    const { startsAt } = sentMinute('', Number(Records[0]?.attributes.SentTimestamp));
    const counted = (await itemsOf(RATES)).find(({ pk }) => pk === `chatty#${startsAt}`);
    expect(counted).toMatchObject({ messages: 1 });
  });

  test('R50: refuses nothing while it cannot be counted, but no environment accepts more than the rate', async () => {
    skipTime(60_000 - (Date.now() % 60_000));
    await send(5);
    failCalls(stage.functions, 'hastyDynamo', () => true);
    expect((await run())?.failed).toEqual([]);
    expect(await quarantined()).toEqual([]);
    // This environment alone has accepted more than the rate of that minute.
    await send(3);
    expect((await run())?.failed).toEqual([]);
    expect(await quarantined()).toHaveLength(3);
    skipTime(60_000);
    await send(5);
    await run();
    expect(await quarantined()).toHaveLength(3);
  });

  test.each(['lose', 'hang'] as const)(
    'R50: refuses nobody within the rate if an answer does not come (%s)',
    async (how) => {
      skipTime(60_000 - (Date.now() % 60_000));
      await send(1);
      const repair = failCalls(stage.functions, 'hastyDynamo', () => true, how);
      expect((await run())?.failed).toEqual([]);
      repair();
      await send(1);
      expect((await run())?.failed).toEqual([]);
      expect(await quarantined()).toEqual([]);
    },
  );

  test('R50: is written once: the SDK does not repeat a write whose answer is lost', async () => {
    const hastyDynamo = makePatientDynamo();
    const table = { name: RATES, dynamo: hastyDynamo };
    const { later } = realMachine;
    const minute = { source: 'chatty', startsAt: 60_000 * Math.floor(Date.now() / 60_000) };
    hastyDynamo.middlewareStack.add(
      (next) => async (args) => {
        await next(args);
        throw Object.assign(new Error('lost'), { name: 'TimeoutError' });
      },
      { step: 'deserialize', priority: 'low', name: 'answer-is-lost' },
    );
    await expect(countSent(table, minute, 100, later)).rejects.toMatchObject({
      name: 'CountUnsure',
    });
    hastyDynamo.middlewareStack.remove('answer-is-lost');
    expect(await countSent(table, minute, 100, later)).toBe(200);
  });
});

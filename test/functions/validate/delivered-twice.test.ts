/**
 * R04: two deliveries of one message at the same time come to different verdicts. Neither sees the other's ending, so
 * one of them waits until the other has ended.
 */
import type { SQSRecord } from 'aws-lambda';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { build } from '../../../functions/validate/build.ts';
import { changingValidator, type Kind, ORDERS } from '../../support/changing-validator.ts';
import { skipTime, stopTime } from '../../support/clock.ts';
import {
  contextWith,
  deliver,
  receive,
  remove,
  type SqsHandler,
  send,
} from '../../support/delivery.ts';
import { NOWHERE, validateDeps } from '../../support/functions.ts';
import { dieWith } from '../../support/in-flight.ts';
import { patient } from '../../support/resources.ts';
import { useStage } from '../../support/stage.ts';
import { itemsOf } from '../../support/stores.ts';
import { TIMEOUT_MS } from '../../support/time-up.ts';
import { outcomesTold } from '../../support/told.ts';

const ID = 'twice';

const stage = useStage({}, ['validate']);
beforeAll(() => stopTime());

/** What each next validation of the resource waits for, and finds. */
let verdicts: Promise<Kind>[];
let validations: number;
const place = changingValidator(ID, () => {
  validations += 1;
  return verdicts.shift();
});

let validate: SqsHandler;
beforeEach(async () => {
  validations = 0;
  validate = build(
    await validateDeps({ ...NOWHERE, pool: place, ownProcess: place }),
  ) as SqsHandler;
});

const invoke = (...Records: SQSRecord[]) => validate({ Records }, contextWith(TIMEOUT_MS));
const run = (queue: 'lane' | 'isolation') =>
  deliver(validate, stage.world.queues[queue], { context: contextWith(TIMEOUT_MS) });

/** The same message, as SQS delivers it at the same time once more. */
const again = (record: SQSRecord, receives = 2): SQSRecord => ({
  ...record,
  attributes: { ...record.attributes, ApproximateReceiveCount: String(receives) },
});

async function expectOnly(kind: Kind): Promise<void> {
  const stored = (await itemsOf(stage.world.tables.resources)).filter(
    ({ resourceId }) => resourceId === ID,
  );
  const quarantined = await itemsOf(stage.world.tables.quarantine);
  const rejected = quarantined.filter(({ status }) => status === 'quarantined');
  expect([stored.length, rejected.length]).toEqual(kind === 'valid' ? [1, 0] : [0, 1]);
  const id = stored[0]?.['messageId'] ?? rejected[0]?.['pk'];
  const told = (await outcomesTold(stage.world)).filter(({ messageId }) => messageId === id);
  const verdict = kind === 'valid' ? 'stored' : 'rejected';
  expect(new Set(told.map((outcome) => outcome.verdict))).toEqual(new Set([verdict]));
}

describe('R04: a message that a lane delivers twice at once', () => {
  test.each(ORDERS)('is %s, though its second delivery finds it %s', async (first, second) => {
    const { lane } = stage.world.queues;
    await send(lane, patient({ id: ID }));
    const [record] = (await receive(lane)) as [SQSRecord];
    const found = Promise.withResolvers<Kind>();
    verdicts = [found.promise, Promise.resolve(second)];
    const running = invoke(record);
    await expect.poll(() => validations).toBe(1);
    const double = await invoke(again(record));
    expect(double.batchItemFailures).toEqual([{ itemIdentifier: record.messageId }]);
    expect(validations).toBe(1);
    found.resolve(first);
    expect((await running).batchItemFailures).toEqual([]);
    skipTime(10_000);
    expect(await run('lane')).toBeUndefined();
    skipTime(6_000);
    expect((await run('lane'))?.failed).toEqual([]);
    await expectOnly(first);
  });

  test.each([
    [1, 1],
    [1, 2],
    [2, 1],
  ])('in one batch, counted %i and %i, is run once for both', async (...receives) => {
    const { lane } = stage.world.queues;
    await send(lane, patient({ id: ID }));
    const [record] = (await receive(lane)) as [SQSRecord];
    verdicts = [Promise.resolve('valid'), Promise.resolve('invalid')];
    const answer = await invoke(...receives.map((count) => again(record, count)));
    expect(answer.batchItemFailures).toEqual([]);
    expect(validations).toBe(1);
    await expectOnly('valid');
  });

  test('in one batch of an environment that died, is one suspect', async () => {
    const { lane, isolation } = stage.world.queues;
    await send(lane, patient({ id: ID }));
    const records = await receive(lane);
    await dieWith(stage.world, records);
    const [record] = (await receive(lane)) as [SQSRecord];
    expect((await invoke(record, again(record, 3))).batchItemFailures).toEqual([]);
    expect(await receive(isolation)).toMatchObject([{ body: patient({ id: ID }) }]);
  });

  test('does not hold up the others of its batch, and waits no longer than its first delivery may run', async () => {
    const { lane } = stage.world.queues;
    for (const id of [ID, 'other']) await send(lane, patient({ id }));
    const records = await receive(lane);
    const double = records.map((record) => (record.body.includes(ID) ? again(record) : record));
    const { batchItemFailures } = await invoke(...double);
    expect(batchItemFailures).toHaveLength(1);
    expect(await itemsOf(stage.world.tables.resources)).toMatchObject([{ resourceId: 'other' }]);
    verdicts = [Promise.resolve('valid')];
    skipTime(16_000);
    expect((await run('lane'))?.failed).toEqual([]);
    await expectOnly('valid');
  });
});

describe('R04: a group of suspects that is there twice', () => {
  async function group(): Promise<SQSRecord> {
    const { lane, isolation } = stage.world.queues;
    for (const id of [ID, 'other']) await send(lane, patient({ id }));
    await dieWith(stage.world, await receive(lane));
    expect((await run('lane'))?.failed).toEqual([]);
    const [record] = (await receive(isolation)) as [SQSRecord];
    return record;
  }

  test.each(ORDERS)(
    'has a member that is %s, though its copy finds it %s',
    async (first, second) => {
      const record = await group();
      const copy = { ...record, messageId: 'sent-again' };
      // They came back as suspects, because they were not deleted, and in another order.
      const members = JSON.parse(record.body).toReversed();
      const anew = { ...copy, messageId: 'grouped-anew', body: JSON.stringify(members) };
      const found = Promise.withResolvers<Kind>();
      verdicts = [found.promise, Promise.resolve(second)];
      const running = invoke(record);
      await expect.poll(() => validations).toBe(1);
      for (const double of [copy, anew, again(record)]) {
        const { batchItemFailures } = await invoke(double);
        expect(batchItemFailures).toEqual([{ itemIdentifier: double.messageId }]);
      }
      expect(validations).toBe(1);
      found.resolve(first);
      expect((await running).batchItemFailures).toEqual([]);
      await remove(stage.world.queues.isolation, [record]);
      skipTime(60_000);
      expect((await invoke(copy)).batchItemFailures).toHaveLength(1);
      skipTime(11_000);
      expect((await invoke(copy)).batchItemFailures).toEqual([]);
      expect(validations).toBe(2);
      await expectOnly(first);
    },
  );
});

/**
 * R04: a message whose verdict changes between two deliveries, because the terminology server could not be
 * asked or the code is another, has one ending.
 */
import type { SQSRecord } from 'aws-lambda';
import { beforeEach, describe, expect, test } from 'vitest';
import { contextWith, deliver, receive, send } from '../../support/delivery.ts';
import { failCalls } from '../../support/faults.ts';
import { byTest, loadOperator, stageOf } from '../../support/operator.ts';
import { invalidPatient, patient } from '../../support/resources.ts';
import { useStage } from '../../support/stage.ts';
import { itemsOf } from '../../support/stores.ts';
import { outcomesTold } from '../../support/told.ts';

const stage = useStage({}, ['validate']);
const VALID = patient({ id: 'invalid' });
const INVALID = invalidPatient();

let first: SQSRecord;
beforeEach(async () => {
  await send(stage.world.queues.lane, VALID);
  const [record] = await receive(stage.world.queues.lane);
  if (record === undefined) throw new Error('nothing received');
  first = record;
});

/** A delivery of the message for the n-th time, so long after the first, on which validation sees this. */
async function deliverAgain(
  body: string,
  receives: number,
  agoMs = receives > 1 ? 60_000 : 0,
): Promise<void> {
  const attributes = {
    ...first.attributes,
    ApproximateReceiveCount: String(receives),
    ApproximateFirstReceiveTimestamp: String(Date.now() - agoMs),
  };
  const records = [{ ...first, body, attributes }];
  const answer = await stage.functions.validate({ Records: records }, contextWith(20_000));
  expect(answer).toEqual({ batchItemFailures: [] });
}

const stored = () => itemsOf(stage.world.tables.resources);
const quarantined = () => itemsOf(stage.world.tables.quarantine);
const verdictsTold = async () => (await outcomesTold(stage.world)).map(({ verdict }) => verdict);

describe('R04: of two verdicts the first one that ended the message counts', () => {
  test.each([1, 2])('stored stays stored, received %i times', async (receives) => {
    await deliverAgain(VALID, 1);
    await deliverAgain(INVALID, receives);
    expect(await stored()).toHaveLength(1);
    expect(await quarantined()).toEqual([]);
    expect(await verdictsTold()).toEqual(['stored', 'stored']);
  });

  test('rejected stays rejected', async () => {
    await deliverAgain(INVALID, 1);
    await deliverAgain(VALID, 2);
    expect(await stored()).toEqual([]);
    expect(await quarantined()).toMatchObject([{ status: 'quarantined', kind: 'rejection' }]);
    expect(await verdictsTold()).toEqual(['rejected', 'rejected']);
  });

  test('rejected stays rejected although SQS forgets a receive', async () => {
    await deliverAgain(INVALID, 1);
    await deliverAgain(VALID, 1, 60_000);
    expect(await stored()).toEqual([]);
    expect(await verdictsTold()).toEqual(['rejected', 'rejected']);
  });

  test('an invalid resource is rejected although another message stored a valid one with its id', async () => {
    await send(stage.world.queues.lane, VALID);
    await deliver(stage.functions.validate, stage.world.queues.lane);
    await deliverAgain(INVALID, 2);
    expect(await stored()).toHaveLength(1);
    expect((await verdictsTold()).sort()).toEqual(['rejected', 'stored']);
  });

  test('a first delivery of a valid resource reads nothing', async () => {
    const reads: string[] = [];
    failCalls(stage.functions, 'dynamo', (command, { TableName }) => {
      if (command === 'GetItemCommand') reads.push(String(TableName));
      return false;
    });
    await deliverAgain(VALID, 1);
    expect(reads).toEqual([]);
  });
});

test('R04: a rejection that is discarded before it was published is still published', async () => {
  const healthy = failCalls(stage.functions, 'sns', () => true);
  const attributes = { ...first.attributes };
  const Records = [{ ...first, body: INVALID, attributes }];
  const answer = await stage.functions.validate({ Records }, contextWith(20_000));
  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: first.messageId }] });
  healthy();
  const operator = await loadOperator();
  const counts = await operator.discard(stageOf(stage.world), { kind: 'all' }, byTest());
  expect(counts).toEqual({ discarded: 1 });
  expect(await verdictsTold()).toEqual([]);
  await deliverAgain(INVALID, 2);
  expect(await verdictsTold()).toEqual(['rejected']);
  expect(await quarantined()).toMatchObject([{ status: 'discarded' }]);
});

import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import { PROBE_PROPERTY } from '../../../core/supervision/supervisor-messages.ts';
import { skipTime } from '../../support/clock.ts';
import { contextWith, receive, send } from '../../support/delivery.ts';
import { failCalls } from '../../support/faults.ts';
import { dieWith } from '../../support/in-flight.ts';
import { faulty, patient } from '../../support/resources.ts';
import { useStage } from '../../support/stage.ts';
import { depthOf, itemsOf } from '../../support/stores.ts';

const stage = useStage({ deadlineMs: 500 });

/** Messages of the lane's queue at their third delivery, which were in no environment. */
async function receivedBefore(...bodies: string[]): Promise<SQSRecord[]> {
  for (const body of bodies) await send(stage.world.queues.lane, body);
  for (let delivery = 1; delivery < 3; delivery += 1) {
    expect(await receive(stage.world.queues.lane)).toHaveLength(bodies.length);
    skipTime(60_000);
  }
  return receive(stage.world.queues.lane);
}

/** A message whose environment died, as it is delivered again. */
async function suspect(): Promise<SQSRecord[]> {
  await send(stage.world.queues.lane, patient());
  await dieWith(stage.world, await receive(stage.world.queues.lane));
  return receive(stage.world.queues.lane);
}

const probe = (Records: SQSRecord[]) => {
  const event: SQSEvent & Record<string, unknown> = {
    Records,
    [PROBE_PROPERTY]: { child: 'background' },
  };
  return stage.functions.validate(event, contextWith());
};
const stored = async () => (await itemsOf(stage.world.tables.resources)).length;
const isolated = () => depthOf(stage.world.queues.isolation);

describe('a probe', () => {
  test('R33: runs, however often it was delivered, and is not isolated', async () => {
    const records = await receivedBefore(patient());
    expect(records[0]?.attributes.ApproximateReceiveCount).toBe('3');
    expect(await probe(records)).toEqual({ batchItemFailures: [] });
    expect([await stored(), await isolated()]).toEqual([1, 0]);
  });

  test('R33: whose message killed the last probe is isolated without a run, and the answer says so', async () => {
    const records = await suspect();
    expect(await probe(records)).toEqual({ batchItemFailures: [], isolated: true });
    expect([await stored(), await isolated()]).toEqual([0, 1]);
    // It has left the lane: the next probe takes another message.
    expect(await depthOf(stage.world.queues.lane)).toBe(0);
  });

  test('R33: is not marked by a producer’s attribute of that name', async () => {
    await send(stage.world.queues.lane, patient({ id: 'one' }), {
      [PROBE_PROPERTY]: '{"child":"background"}',
    });
    await send(stage.world.queues.lane, patient({ id: 'two' }));
    const Records = await receive(stage.world.queues.lane);
    const answer = await stage.functions.validate({ Records }, contextWith());
    expect([answer.batchItemFailures, await stored()]).toEqual([[], 2]);
  });

  test('R33: runs alone: of two records one is done, and the other untouched', async () => {
    const records = await receivedBefore(patient({ id: 'one' }), patient({ id: 'two' }));
    const answer = await probe(records);
    expect(answer.batchItemFailures).toEqual([{ itemIdentifier: records[1]?.messageId }]);
    expect([await stored(), await isolated()]).toEqual([1, 0]);
  });

  test('R33: of an invalid resource succeeds, because the component works', async () => {
    expect(await probe(await receivedBefore('{"resourceType":"Nonsense"}'))).toEqual({
      batchItemFailures: [],
    });
    const [entry] = await itemsOf(stage.world.tables.quarantine);
    expect(entry).toMatchObject({ kind: 'rejection' });
  });

  test('R33: of a resource that crashes isolates it, and the component works', async () => {
    expect(await probe(await receivedBefore(faulty('hang')))).toEqual({ batchItemFailures: [] });
    expect([await stored(), await isolated()]).toEqual([0, 1]);
  });

  test('R09: that meets a fault of our own fails, and its message stays', async () => {
    const records = await receivedBefore(patient());
    const { resources } = stage.world.tables;
    failCalls(stage.functions, 'dynamo', (_, input) => input['TableName'] === resources);
    const answer = await probe(records);
    expect(answer.batchItemFailures).toEqual([{ itemIdentifier: records[0]?.messageId }]);
    expect([await stored(), await isolated()]).toEqual([0, 0]);
  });
});

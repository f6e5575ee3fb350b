import { Logger } from '@aws-lambda-powertools/logger';
import type { SQSRecord } from 'aws-lambda';
import { describe, expect, test, vi } from 'vitest';
import { GROUP_ATTRIBUTE } from '../../../core/attempt/suspect-group.ts';
import { ENVELOPE_ATTRIBUTE } from '../../../core/message/messages.ts';
import { build } from '../../../functions/validate/build.ts';
import { skipTime } from '../../support/clock.ts';
import { contextWith, deliver, receive, send } from '../../support/delivery.ts';
import { failCalls } from '../../support/faults.ts';
import { NOWHERE, validateDeps } from '../../support/functions.ts';
import { dieWith } from '../../support/in-flight.ts';
import { faulty, invalidPatient, patient } from '../../support/resources.ts';
import { useStage } from '../../support/stage.ts';
import { depthOf, itemsOf } from '../../support/stores.ts';

const FUNCTION_TIMEOUT_MS = 10_000;
const stage = useStage({ deadlineMs: 2_000, functionTimeoutMs: FUNCTION_TIMEOUT_MS });

const deliverTo = (queue: 'lane' | 'isolation', timeoutMs = 20_000) =>
  deliver(stage.functions.validate, stage.world.queues[queue], { context: contextWith(timeoutMs) });
const envelopeOf = (record: SQSRecord | undefined) =>
  JSON.parse(record?.messageAttributes[ENVELOPE_ATTRIBUTE]?.stringValue ?? '{}');
const storedIds = async () =>
  (await itemsOf(stage.world.tables.resources)).map(({ resourceId }) => resourceId).sort();
const patients = (count: number) =>
  Array.from({ length: count }, (_, n) => patient({ id: `p${n}` }));

/** Puts the messages of an environment that died into the isolation queue, as one group. */
async function isolateGroup(...bodies: string[]): Promise<void> {
  const { lane, isolation } = stage.world.queues;
  for (const body of bodies) await send(lane, body);
  await dieWith(stage.world, await receive(lane));
  expect((await deliverTo('lane'))?.failed).toEqual([]);
  expect([await depthOf(lane), await depthOf(isolation)]).toEqual([0, 1]);
}

describe('a group of suspects', () => {
  test('R03: frees its innocent members after one run, and sends the killer on alone', async () => {
    await isolateGroup(faulty('kill'), ...patients(8), invalidPatient());
    expect((await deliverTo('isolation'))?.failed).toEqual([]);
    expect(await storedIds()).toEqual(patients(8).map((_, n) => `p${n}`));
    const entries = await itemsOf(stage.world.tables.quarantine);
    expect(entries).toMatchObject([{ kind: 'rejection', attempts: [] }]);
    const alone = await receive(stage.world.queues.isolation);
    expect(alone).toMatchObject([{ body: faulty('kill') }]);
    expect(envelopeOf(alone[0])).toMatchObject({ crash: 'exit' });
  });

  test('R02: with a killer dead-letters it only after its attempts alone', async () => {
    await isolateGroup(faulty('exit'), ...patients(2));
    await deliverTo('isolation');
    expect(await depthOf(stage.world.queues.deadLetter)).toBe(0);
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      await deliverTo('isolation');
      skipTime(2_000);
    }
    const [dead] = await receive(stage.world.queues.deadLetter);
    expect(envelopeOf(dead)).toMatchObject({ deadLetter: { kind: 'exit', attempts: 2 } });
    expect(await storedIds()).toEqual(['p0', 'p1']);
  });

  test('R03: whose environment died again is sent on one by one, without a run', async () => {
    await isolateGroup(...patients(3));
    await dieWith(stage.world, await receive(stage.world.queues.isolation));
    expect((await deliverTo('isolation'))?.failed).toEqual([]);
    const alone = await receive(stage.world.queues.isolation);
    expect(alone.map(({ body }) => JSON.parse(body).id)).toEqual(['p0', 'p1', 'p2']);
    expect(alone.every((record) => !(GROUP_ATTRIBUTE in record.messageAttributes))).toBe(true);
    expect(await storedIds()).toEqual([]);
  });

  test.each(['[]', 'Silva', '[{"body":1}]', '{}'])(
    'R08 R09: that cannot be read (%s) waits with back-off, and nothing of it is logged',
    async (body) => {
      const { isolation } = stage.world.queues;
      await send(isolation, body, { [GROUP_ATTRIBUTE]: '2' });
      const [record] = (await receive(isolation)) as [SQSRecord];
      const attributes = { ...record.attributes, ApproximateReceiveCount: '3' };
      const error = vi.spyOn(Logger.prototype, 'error');
      const answer = await stage.functions.validate(
        { Records: [{ ...record, attributes }] },
        contextWith(20_000),
      );
      const logged = JSON.stringify(error.mock.calls);
      error.mockRestore();
      expect(answer?.batchItemFailures).toEqual([{ itemIdentifier: record.messageId }]);
      expect(logged).toContain('component fault');
      expect(logged).not.toContain('Silva');
      skipTime(3_000);
      expect(await receive(isolation)).toEqual([]);
      skipTime(2_000);
      expect(await receive(isolation)).toMatchObject([{ body }]);
    },
  );

  test('R09: waits unchanged after a fault of our infrastructure, and then ends', async () => {
    await isolateGroup(...patients(3));
    const { resources } = stage.world.tables;
    const mend = failCalls(
      stage.functions,
      'dynamo',
      (_, input) => input['TableName'] === resources,
    );
    expect((await deliverTo('isolation'))?.failed).toHaveLength(1);
    mend();
    expect(await receive(stage.world.queues.isolation)).toEqual([]);
    skipTime(71_000);
    expect((await deliverTo('isolation'))?.failed).toEqual([]);
    expect([await storedIds(), await depthOf(stage.world.queues.isolation)]).toEqual([
      ['p0', 'p1', 'p2'],
      0,
    ]);
  });

  test('R09: sends a member that met such a fault on alone, with no attempt spent', async () => {
    await isolateGroup(...patients(3));
    const mend = failCalls(stage.functions, 'dynamo', (command, input) => {
      return command === 'UpdateItemCommand' && JSON.stringify(input).includes('#p1"');
    });
    expect((await deliverTo('isolation'))?.failed).toEqual([]);
    mend();
    expect(await storedIds()).toEqual(['p0', 'p2']);
    expect(await itemsOf(stage.world.tables.quarantine)).toEqual([]);
    skipTime(60_100);
    expect((await deliverTo('isolation'))?.failed).toEqual([]);
    expect(await storedIds()).toEqual(['p0', 'p1', 'p2']);
  });

  test('R09: waits if it cannot send on the rest', async () => {
    await isolateGroup(faulty('exit'), ...patients(2));
    failCalls(stage.functions, 'sqs', (command) => command === 'SendMessageBatchCommand');
    expect((await deliverTo('isolation'))?.failed).toHaveLength(1);
    expect(await storedIds()).toEqual(['p0', 'p1']);
  });

  test('R09: is sent on one by one if no process could load in three tries', async () => {
    await isolateGroup(...patients(3));
    const neverLoads = {
      ...NOWHERE.ownProcess,
      ready: (signal?: AbortSignal) =>
        new Promise<never>((_, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason));
        }),
    };
    const handler = build(await validateDeps({ ...NOWHERE, ownProcess: neverLoads }));
    const { isolation } = stage.world.queues;
    for (const tries of [1, 2]) {
      const delivery = await deliver(handler, isolation, { context: contextWith(2_600) });
      expect({ tries, failed: delivery?.failed.length }).toEqual({ tries, failed: 1 });
      skipTime(30_000);
    }
    const last = await deliver(handler, isolation, { context: contextWith(2_600) });
    expect(last?.failed).toEqual([]);
    const alone = await receive(isolation);
    expect(alone.map(({ body }) => JSON.parse(body).id)).toEqual(['p0', 'p1', 'p2']);
    expect(alone.every((record) => !(GROUP_ATTRIBUTE in record.messageAttributes))).toBe(true);
    expect(await itemsOf(stage.world.tables.quarantine)).toEqual([]);
  });

  test('R09: that meets faults of our own is not split, however often', async () => {
    await isolateGroup(...patients(2));
    const { resources } = stage.world.tables;
    failCalls(stage.functions, 'dynamo', (_, input) => input['TableName'] === resources);
    for (const tries of [1, 2, 3, 4]) {
      expect({ tries, failed: (await deliverTo('isolation'))?.failed.length }).toEqual({
        tries,
        failed: 1,
      });
      skipTime(60_000);
    }
    expect(await depthOf(stage.world.queues.isolation)).toBe(1);
  });

  test('R04: that is delivered again after all members have ended changes nothing', async () => {
    await isolateGroup(...patients(2), invalidPatient());
    const Records = await receive(stage.world.queues.isolation);
    await stage.functions.validate({ Records }, contextWith());
    const before = await Promise.all(
      [stage.world.tables.resources, stage.world.tables.quarantine].map(itemsOf),
    );
    expect(before.map((items) => items.length)).toEqual([2, 1]);
    await stage.functions.validate({ Records }, contextWith());
    const after = [stage.world.tables.resources, stage.world.tables.quarantine].map(itemsOf);
    expect(await Promise.all(after)).toEqual(before);
  });

  test('R04: holds its members for a minute after it may have run, because its last write may be late', async () => {
    await isolateGroup(...patients(2));
    const Records = await receive(stage.world.queues.isolation);
    await stage.functions.validate({ Records }, contextWith());
    const holds = await itemsOf(stage.world.tables.inFlight);
    expect(holds.filter(({ sk }) => sk === 'group')).toHaveLength(2);
    // The copy of a group that was sent twice: it does not run, whatever it would find, until that is over.
    const copy = async () =>
      (await stage.functions.validate({ Records }, contextWith())).batchItemFailures.length;
    skipTime(FUNCTION_TIMEOUT_MS + 30_000);
    expect(await copy()).toBe(1);
    skipTime(31_000);
    expect(await copy()).toBe(0);
  });
});

test('R03: a member that ended alone is no longer a suspect', async () => {
  await isolateGroup(patient());
  const suspects = async () =>
    (await itemsOf(stage.world.tables.inFlight)).filter(({ sk }) => sk === 'suspect');
  expect(await suspects()).toHaveLength(1);
  await deliverTo('isolation');
  expect([await storedIds(), await suspects()]).toEqual([['example'], []]);
});

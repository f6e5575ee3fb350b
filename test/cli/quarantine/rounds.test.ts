/** R02: messages of an older round of a redriven entry change nothing, and no round is lost. */

import type { SQSRecord } from 'aws-lambda';
import { beforeEach, describe, expect, test } from 'vitest';
import { ENVELOPE_ATTRIBUTE, type Envelope } from '../../../core/message/messages.ts';
import { skipTime } from '../../support/clock.ts';
import { dieAfterCall } from '../../support/death.ts';
import { deliver, receive, remove, send } from '../../support/delivery.ts';
import { drain } from '../../support/drain.ts';
import { failCalls } from '../../support/faults.ts';
import { tableAt } from '../../support/handles.ts';
import { byTest, loadOperator, stageOf } from '../../support/operator.ts';
import type { Queue } from '../../support/provision.ts';
import { faulty, invalidPatient } from '../../support/resources.ts';
import { useStage } from '../../support/stage.ts';
import { depthOf, itemsOf } from '../../support/stores.ts';

const stage = useStage({ deadlineMs: 2_000, heapOldMb: 32 });
let operator: Awaited<ReturnType<typeof loadOperator>>;

beforeEach(async () => {
  operator = await loadOperator();
});

const entryOf = (id: string) => operator.readEntry(stage.world.tables.quarantine, id);
const redrive = (id: string) =>
  operator.redrive(stageOf(stage.world), { kind: 'ids', ids: [id] }, byTest());
const envelopeOf = (record: SQSRecord | undefined): Envelope =>
  JSON.parse(record?.messageAttributes[ENVELOPE_ATTRIBUTE]?.stringValue ?? '{}');
const copyTo = (queue: Queue, record: SQSRecord | undefined) =>
  send(queue, record?.body ?? '', { [ENVELOPE_ATTRIBUTE]: JSON.stringify(envelopeOf(record)) });

/** Validates as a fixed validator would: the fault no longer occurs. */
async function fixValidator(): Promise<void> {
  process.env['CHAOS'] = 'off';
  await stage.reload();
}

/** Crashes alone as often as allowed, and leaves the dead letter in its queue. */
async function deadLettered(): Promise<string> {
  const id = await send(stage.world.queues.lane, faulty('throw'), { source: 'clinic' });
  await deliver(stage.functions.validate, stage.world.queues.lane);
  for (let n = 0; n < 3; n += 1) {
    skipTime(1_500);
    await deliver(stage.functions.validate, stage.world.queues.isolation, { max: 1 });
  }
  expect(await depthOf(stage.world.queues.deadLetter)).toBe(1);
  return id;
}

describe('messages of an older round', () => {
  test('R02: a dead letter whose outcome could not be published does not end the redriven message', async () => {
    const id = await deadLettered();
    const mend = failCalls(stage.functions, 'sns', (command) => command === 'PublishBatchCommand');
    expect(
      (await deliver(stage.functions.quarantine, stage.world.queues.deadLetter))?.failed,
    ).toHaveLength(1);
    mend();
    await fixValidator();
    expect(await redrive(id)).toEqual({ sent: 1 });
    skipTime(200_000);
    expect(
      (await deliver(stage.functions.quarantine, stage.world.queues.deadLetter))?.failed,
    ).toEqual([]);
    expect(await entryOf(id)).toMatchObject({ status: 'redriven', round: 1, attempts: [] });
    await drain(stage.world, stage.functions);
    expect(await entryOf(id)).toMatchObject({ status: 'stored', source: 'clinic' });
    expect(await itemsOf(stage.world.tables.resources)).toHaveLength(1);
  });

  test('R02: a dead letter of round one does not end round two', async () => {
    const id = await deadLettered();
    await drain(stage.world, stage.functions);
    await redrive(id);
    for (let n = 0; n < 3; n += 1) {
      await deliver(stage.functions.validate, stage.world.queues.isolation, { max: 1 });
      skipTime(1_500);
    }
    const [letter] = await receive(stage.world.queues.deadLetter);
    expect(envelopeOf(letter)).toMatchObject({ messageId: id, round: 1 });
    await copyTo(stage.world.queues.deadLetter, letter);
    skipTime(1);
    await deliver(stage.functions.quarantine, stage.world.queues.deadLetter, { max: 1 });
    skipTime(31_000);
    expect(await entryOf(id)).toMatchObject({ status: 'quarantined', round: 1, redrives: 1 });
    await fixValidator();
    await redrive(id);
    await deliver(stage.functions.quarantine, stage.world.queues.deadLetter);
    expect(await entryOf(id)).toMatchObject({ status: 'redriven', round: 2, redrives: 2 });
    await drain(stage.world, stage.functions);
    expect(await entryOf(id)).toMatchObject({ status: 'stored' });
  });

  test('R02: a copy in isolation gets no attempt, publishes no crash and ends nothing', async () => {
    const id = await send(stage.world.queues.lane, faulty('throw'));
    await deliver(stage.functions.validate, stage.world.queues.lane);
    const [first] = await receive(stage.world.queues.isolation);
    skipTime(31_000);
    await drain(stage.world, stage.functions);
    await redrive(id);
    const [redriven] = await receive(stage.world.queues.isolation);
    await copyTo(stage.world.queues.isolation, first);
    expect((await deliver(stage.functions.validate, stage.world.queues.isolation))?.failed).toEqual(
      [],
    );
    expect(await entryOf(id)).toMatchObject({ status: 'redriven', attempts: [] });
    expect(await depthOf(stage.world.queues.incident)).toBe(0);
    expect(await depthOf(stage.world.queues.deadLetter)).toBe(0);
    // The same holds while the round runs.
    await copyTo(stage.world.queues.isolation, redriven);
    await deliver(stage.functions.validate, stage.world.queues.isolation, { max: 1 });
    const running = await entryOf(id);
    expect(running).toMatchObject({ status: 'in-isolation', round: 1 });
    // Its next attempt, which is due at once, is elsewhere.
    await receive(stage.world.queues.isolation);
    await copyTo(stage.world.queues.isolation, first);
    expect((await deliver(stage.functions.validate, stage.world.queues.isolation))?.failed).toEqual(
      [],
    );
    expect(await entryOf(id)).toEqual(running);
  });

  test('R02: a copy in the first queue that is rejected once more ends nothing', async () => {
    const id = await send(stage.world.queues.lane, invalidPatient());
    const [first] =
      (await deliver(stage.functions.validate, stage.world.queues.lane))?.records ?? [];
    expect(await redrive(id)).toEqual({ sent: 1 });
    if (first === undefined) throw new Error('nothing was delivered');
    const context = { getRemainingTimeInMillis: () => 10_000, awsRequestId: 'late' };
    await stage.functions.validate({ Records: [first] }, context as never);
    expect(await entryOf(id)).toMatchObject({ status: 'redriven', attempts: [] });
    await drain(stage.world, stage.functions);
    expect(await entryOf(id)).toMatchObject({ status: 'quarantined', round: 1 });
  });

  test('R02: an attempt that is written late does not count in the next round', async () => {
    const { startAttempt } = await import('../../../aws/quarantine-attempts.ts');
    const id = await deadLettered();
    await drain(stage.world, stage.functions);
    await redrive(id);
    const attempt = { requestId: 'late', startedAt: Date.now() };
    const late = {
      origin: { messageId: id, sentAt: 1, source: 'clinic' },
      lane: stage.world.lane,
      seen: { status: 'in-isolation', attempts: [] },
      counted: [],
      attempt,
    } as const;
    expect(await startAttempt(tableAt(stage.world.tables.quarantine), late)).toBe(false);
    expect(await entryOf(id)).toMatchObject({ status: 'redriven', attempts: [] });
  });
});

describe('no round is lost, and nobody has to intervene', () => {
  /** The calls of one redrive: read, check whether stored, announce, send, raise. */
  const DEATHS = [
    { after: 'announcing', k: 3, sent: 0 },
    { after: 'sending', k: 4, sent: 1 },
    { after: 'raising', k: 5, sent: 1 },
  ];

  test.each(DEATHS)(
    'R02 R04: a redrive that dies after $after loses nothing',
    async ({ k, sent }) => {
      const id = await deadLettered();
      await drain(stage.world, stage.functions);
      await fixValidator();
      const doomed = await loadOperator();
      const death = dieAfterCall(k, doomed);
      void doomed.redrive(stageOf(stage.world), { kind: 'ids', ids: [id] }, byTest());
      await death.happened;
      expect(await depthOf(stage.world.queues.isolation)).toBe(sent);
      await drain(stage.world, stage.functions);
      const entry = await entryOf(id);
      if (sent === 0) {
        // Nothing was sent: the entry is quarantined as before, and can be redriven.
        expect(entry).toMatchObject({ status: 'quarantined', kind: 'dead-letter', redrives: 0 });
        expect(await redrive(id)).toEqual({ sent: 1 });
        await drain(stage.world, stage.functions);
      }
      expect(await entryOf(id)).toMatchObject({
        status: 'stored',
        redrives: 1,
        round: 1,
        redrive: { by: 'test', why: 'to see', sentAt: expect.any(Number) },
        rounds: [{ kind: 'dead-letter', by: 'test', attempts: 2 }],
      });
      expect(await itemsOf(stage.world.tables.resources)).toHaveLength(1);
    },
  );

  test('R02: copies of both rounds may arrive, in either order, before the round is raised', async () => {
    const id = await deadLettered();
    const [letter] = await receive(stage.world.queues.deadLetter);
    skipTime(31_000);
    await drain(stage.world, stage.functions);
    await fixValidator();
    const doomed = await loadOperator();
    const death = dieAfterCall(4, doomed);
    void doomed.redrive(stageOf(stage.world), { kind: 'ids', ids: [id] }, byTest());
    await death.happened;
    await copyTo(stage.world.queues.deadLetter, letter);
    expect(
      (await deliver(stage.functions.quarantine, stage.world.queues.deadLetter))?.failed,
    ).toEqual([]);
    expect(await entryOf(id)).toMatchObject({ status: 'quarantined', redrives: 0 });
    const [redriven] = await receive(stage.world.queues.isolation);
    await copyTo(stage.world.queues.isolation, redriven);
    await deliver(stage.functions.validate, stage.world.queues.isolation, { max: 1 });
    await copyTo(stage.world.queues.deadLetter, letter);
    if (redriven !== undefined) await remove(stage.world.queues.isolation, [redriven]);
    await drain(stage.world, stage.functions);
    expect(await entryOf(id)).toMatchObject({ status: 'stored', redrives: 1, round: 1 });
  });
});

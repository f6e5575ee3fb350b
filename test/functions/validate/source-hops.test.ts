import { describe, expect, test } from 'vitest';
import { ENVELOPE_ATTRIBUTE, type Envelope } from '../../../core/message/messages.ts';
import { skipTime } from '../../support/clock.ts';
import { deliver, receive } from '../../support/delivery.ts';
import { loadFunctions } from '../../support/functions.ts';
import { dieWith } from '../../support/in-flight.ts';
import { byTest, loadOperator, stageOf } from '../../support/operator.ts';
import { expectRefused, SOURCE_RULES } from '../../support/refused-senders.ts';
import { faulty, patient } from '../../support/resources.ts';
import { sendAs, useSources } from '../../support/senders.ts';
import { useStage } from '../../support/stage.ts';
import { depthOf, itemsOf } from '../../support/stores.ts';

const sources = useSources(SOURCE_RULES);
const stage = useStage({ deadlineMs: 2_000, heapOldMb: 32, resourceBytesMax: 500_000 });

const A = 'AROAHOSPITALA:session';
const LAB = 'AROALABORATORY:AROAHOSPITALA';
const lane = () => stage.world.queues.lane;
const run = () => deliver(stage.functions.validate, lane());
const quarantined = () => itemsOf(stage.world.tables.quarantine);
const stored = () => itemsOf(stage.world.tables.resources);
const refusedAs = (problem: string, source: string, sender?: string) =>
  expectRefused(stage, problem, source, sender);

describe('between our own queues', () => {
  const envelope: Envelope = {
    messageId: 'somebody-elses',
    sentAt: 1,
    source: 'hospital-a',
    lane: 'background',
    deadLetter: { kind: 'exit', reason: 'invented', attempts: 2 },
  };
  const attributes = { [ENVELOPE_ATTRIBUTE]: JSON.stringify(envelope) };
  const alone = () => deliver(stage.functions.validate, stage.world.queues.isolation);

  test('a spoofed suspect gets no further than its first queue, which refuses it', async () => {
    const attributes = { source: 'hospital-a' };
    const id = await sendAs(LAB, lane(), patient({ id: 'p' }), { attributes });
    await dieWith(stage.world, await receive(lane()));
    await run();
    expect(await depthOf(stage.world.queues.isolation)).toBe(0);
    const item = await refusedAs('other-source', 'lab', 'AROALABORATORY');
    expect(item).toMatchObject({ pk: id, attempts: [] });
  });

  test('R03: a genuine suspect hops under its proved source, with its group', async () => {
    await sendAs(A, lane(), patient(), { group: 'hospital-a' });
    await dieWith(stage.world, await receive(lane()));
    await run();
    const [hop] = await receive(stage.world.queues.isolation);
    expect(hop?.attributes.MessageGroupId).toBe('hospital-a');
    const carried = JSON.parse(hop?.messageAttributes[ENVELOPE_ATTRIBUTE]?.stringValue ?? '');
    expect(carried).toMatchObject({ source: 'hospital-a' });
    expect(carried).not.toHaveProperty('sender');
  });

  test('an envelope from any other sender is not trusted, and proves no source', async () => {
    const id = await sendAs(A, stage.world.queues.isolation, patient(), { attributes });
    await alone();
    const item = await refusedAs('not-a-hop', 'unknown', 'AROAHOSPITALA');
    expect(item).toMatchObject({ pk: id });
  });

  test('an envelope that cannot be read is not trusted; a message of ours with one waits (R09)', async () => {
    const unreadable = { attributes: { [ENVELOPE_ATTRIBUTE]: '{' } };
    const id = await sendAs(A, stage.world.queues.isolation, patient(), unreadable);
    await alone();
    expect(await refusedAs('not-a-hop', 'unknown', 'AROAHOSPITALA')).toMatchObject({ pk: id });
    await sendAs('AIDAOPERATOR', stage.world.queues.isolation, patient(), unreadable);
    expect((await alone())?.failed).toHaveLength(1);
    expect(await quarantined()).toHaveLength(1);
  });

  test('an envelope is not trusted in a dead-letter queue either', async () => {
    const id = await sendAs(A, stage.world.queues.deadLetter, patient(), { attributes });
    await deliver(stage.functions.quarantine, stage.world.queues.deadLetter);
    expect(await quarantined()).toMatchObject([
      {
        pk: id,
        source: 'unknown',
        sender: 'AROAHOSPITALA',
        reason: expect.stringMatching(/gave up/),
      },
    ]);
  });

  test('our own hop keeps the source that was proved', async () => {
    await sendAs(A, lane(), faulty('throw'), { group: 'hospital-a' });
    await run();
    await alone();
    expect(await quarantined()).toMatchObject([{ status: 'in-isolation', source: 'hospital-a' }]);
  });

  test.each([
    ['other-source', LAB, { group: 'lab', attributes: { source: 'hospital-a' } }, 'lab'],
    ['message-group', A, {}, 'hospital-a'],
  ] as const)(
    'R04: a message refused for %s is refused again if nothing was corrected before the redrive',
    async (problem, sender, sent, source) => {
      await sendAs(sender, lane(), patient(), sent);
      await run();
      await refusedAs(problem, source, sender.split(':')[0]);
      const operator = await loadOperator();
      for (const round of [1, 2]) {
        skipTime(1_000);
        await operator.redrive(stageOf(stage.world), { kind: 'all' }, byTest());
        expect((await alone())?.failed).toEqual([]);
        await refusedAs(problem, source, sender.split(':')[0]);
        expect(await quarantined()).toMatchObject([{ round }]);
      }
    },
  );

  test('a refused message is redriven by an operator and refused again, until the config knows its sender', async () => {
    const { isolation } = stage.world.queues;
    const id = await sendAs('AROANEWCOMER', lane(), patient({ id: 'p' }), { group: 'new' });
    await run();
    await refusedAs('unknown-sender', 'unknown', 'AROANEWCOMER');
    const operator = await loadOperator();
    const redrive = async () => {
      skipTime(1_000);
      const counts = await operator.redrive(stageOf(stage.world), { kind: 'all' }, byTest());
      expect(counts).toEqual({ sent: 1 });
    };
    await redrive();
    await alone();
    expect(await quarantined()).toMatchObject([{ status: 'quarantined', source: 'unknown' }]);
    await redrive();

    const newcomer = { senders: ['AROANEWCOMER'], lanes: ['background'] } as const;
    sources.change({
      ...SOURCE_RULES,
      known: { ...SOURCE_RULES.known, new: structuredClone(newcomer) as never },
    });
    const mended = await loadFunctions(['validate']);
    await deliver(mended.validate, isolation);
    await mended.close();
    sources.change(SOURCE_RULES);
    expect(await stored()).toMatchObject([{ pk: 'new#Patient#p', messageId: id, source: 'new' }]);
    expect(await quarantined()).toMatchObject([{ status: 'stored', source: 'new' }]);
  });
});

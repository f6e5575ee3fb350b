import { PutObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { testClients } from '../../support/clients.ts';
import { deliver, receive } from '../../support/delivery.ts';
import { failCalls } from '../../support/faults.ts';
import { expectRefused, SOURCE_RULES } from '../../support/refused-senders.ts';
import { faulty, patient } from '../../support/resources.ts';
import { sendAs, useSources } from '../../support/senders.ts';
import { useStage } from '../../support/stage.ts';
import { depthOf, itemsOf } from '../../support/stores.ts';

useSources(SOURCE_RULES);
const stage = useStage({ deadlineMs: 2_000, heapOldMb: 32, resourceBytesMax: 500_000 });

const A = 'AROAHOSPITALA:session';
const LAB = 'AROALABORATORY:AROAHOSPITALA';
const lane = () => stage.world.queues.lane;
const run = () => deliver(stage.functions.validate, lane());
const quarantined = () => itemsOf(stage.world.tables.quarantine);
const stored = () => itemsOf(stage.world.tables.resources);
const refusedAs = (problem: string, source: string, sender?: string) =>
  expectRefused(stage, problem, source, sender);

async function facts() {
  const records = await receive(stage.world.queues.audit);
  return records.map(({ body }) => JSON.parse(body));
}

describe('the source of a message', () => {
  test('is proved by the sender, and the resource is stored under it', async () => {
    await sendAs(A, lane(), patient({ id: 'p' }), { group: 'hospital-a' });
    expect((await run())?.failed).toEqual([]);
    expect(await stored()).toMatchObject([{ pk: 'hospital-a#Patient#p', source: 'hospital-a' }]);
    expect(await facts()).toEqual([]);
  });

  test('if spoofed is rejected and audited, never validated, and no entry has the claimed name', async () => {
    // It would crash if it were validated.
    await sendAs(LAB, lane(), faulty('throw'), { attributes: { source: 'hospital-a' } });
    expect((await run())?.failed).toEqual([]);
    await refusedAs('other-source', 'lab', 'AROALABORATORY');
    expect(await depthOf(stage.world.queues.isolation)).toBe(0);
    expect(await depthOf(stage.world.queues.incident)).toBe(0);
    expect(await facts()).toEqual([
      {
        id: expect.stringMatching(
          /^sender-refused\/background\/other-source\/AROALABORATORY\/\d+$/,
        ),
        kind: 'sender-refused',
        at: expect.any(Number),
        component: 'validate',
        actor: 'AROALABORATORY',
        details: { lane: 'background', problem: 'other-source', source: 'lab' },
      },
    ]);
  });

  test('is missing for an unknown sender, even if its session has a sender’s name', async () => {
    const attributes = { source: 'hospital-a' };
    await sendAs('AROASTRANGER:AROAHOSPITALA', lane(), patient(), { attributes });
    await run();
    await refusedAs('unknown-sender', 'unknown', 'AROASTRANGER');
    expect(await facts()).toMatchObject([{ actor: 'AROASTRANGER' }]);
  });

  test('a flood of refused messages is one fact a minute', async () => {
    for (let i = 0; i < 8; i++) await sendAs('AROASTRANGER', lane(), patient(), { group: 'x' });
    await run();
    expect(await quarantined()).toHaveLength(8);
    const told = new Set((await facts()).map(({ id }) => id));
    expect(told.size).toBeLessThanOrEqual(2);
    expect(told.size).toBeGreaterThan(0);
  });

  test('R09: is not decided while the audit log cannot be reached', async () => {
    await sendAs('AROASTRANGER', lane(), patient());
    failCalls(stage.functions, 'sqs', (_, { QueueUrl }) => String(QueueUrl).includes('audit'));
    expect((await run())?.failed).toHaveLength(1);
    expect(await quarantined()).toEqual([]);
  });
});

describe('what a source may send', () => {
  test.each<[string, string, string, string | undefined, string, string | undefined]>([
    ['lane', 'AROAURGENT', patient(), 'urgent', 'urgent', 'AROAURGENT'],
    ['message-group', 'AROAHOSPITALA', patient(), undefined, 'hospital-a', 'AROAHOSPITALA'],
    ['message-group', 'AROAHOSPITALA', patient(), 'lab', 'hospital-a', 'AROAHOSPITALA'],
    ['size', LAB, ' '.repeat(2_001), 'lab', 'lab', 'AROALABORATORY'],
    ['resource-type', LAB, faulty('throw'), 'lab', 'lab', undefined],
  ])('%s: %s is refused', async (problem, sender, body, group, source, kept) => {
    await sendAs(sender, lane(), body, { group });
    await run();
    await refusedAs(problem, source, kept);
  });

  test('a text that says its type twice counts as the type that the validator uses', async () => {
    const text = patient({ id: 'p' }).replace('{', '{"resourceType":"Observation",');
    await sendAs(LAB, lane(), text, { group: 'lab' });
    await run();
    expect(await stored()).toEqual([]);
    expect(await quarantined()).toMatchObject([{ kind: 'rejection', source: 'lab' }]);
  });

  test('a claim check is measured and read under the same rules', async () => {
    const put = async (key: string, Body: string) => {
      const { bucket: Bucket } = stage.world;
      await testClients().s3.send(new PutObjectCommand({ Bucket, Key: key, Body }));
      return JSON.stringify({ s3: { bucket: Bucket, key } });
    };
    await sendAs(LAB, lane(), await put('submissions/lab/1', ' '.repeat(2_001)), { group: 'lab' });
    await sendAs(LAB, lane(), await put('submissions/lab/2', patient()), { group: 'lab' });
    await run();
    const reasons = (await quarantined()).map(({ reason }) => reason);
    expect(reasons.toSorted()).toEqual(['security: resource-type', 'security: size']);
  });
});

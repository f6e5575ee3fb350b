import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { ENVELOPE_ATTRIBUTE, type Envelope } from '../../../core/message/messages.ts';
import { testClients } from '../../support/clients.ts';
import { skipTime } from '../../support/clock.ts';
import { deliver, receive } from '../../support/delivery.ts';
import { drain } from '../../support/drain.ts';
import { failCalls } from '../../support/faults.ts';
import { loadFunctions } from '../../support/functions.ts';
import { dieWith } from '../../support/in-flight.ts';
import { byTest, loadOperator, stageOf } from '../../support/operator.ts';
import { SOURCE_RULES } from '../../support/refused-senders.ts';
import { faulty, invalidPatient, patient } from '../../support/resources.ts';
import { sendAs, useSources } from '../../support/senders.ts';
import { useStage } from '../../support/stage.ts';
import { itemsOf, objectAt } from '../../support/stores.ts';

const OUTSIDE = "claim check: key outside its source's folder";

useSources(SOURCE_RULES);
const SETTINGS = { deadlineMs: 2_000, heapOldMb: 32, inlineBytesMax: 20_000 };
const stage = useStage(SETTINGS);

const A = 'AROAHOSPITALA:session';
const OWN = 'submissions/hospital-a/x';
const lane = () => stage.world.queues.lane;
const isolation = () => stage.world.queues.isolation;
const run = () => deliver(stage.functions.validate, lane());
const quarantined = () => itemsOf(stage.world.tables.quarantine);
const stored = () => itemsOf(stage.world.tables.resources);

async function put(Key: string, Body: string): Promise<string> {
  const object = { Bucket: stage.world.bucket, Key, Body };
  const { VersionId = '' } = await testClients().s3.send(new PutObjectCommand(object));
  return VersionId;
}
const claim = (key: string, versionId?: string) =>
  JSON.stringify({ s3: { bucket: stage.world.bucket, key, versionId } });
const submit = (body: string, attributes: Record<string, string> = {}) =>
  sendAs(A, lane(), body, { group: 'hospital-a', attributes });
/** Keys that were requested. */
function reading(): string[] {
  const keys: string[] = [];
  failCalls(stage.functions, 's3', (command, input) => {
    if (command === 'GetObjectCommand') keys.push(String((input as { Key?: string }).Key));
    return false;
  });
  return keys;
}

const HASH = 'a'.repeat(64);
const FOREIGN = [
  'submissions/lab/x',
  'submissions/x',
  `hops/background/m/${HASH}`,
  `hops/critical/m/${HASH}`,
  `hops/m/${HASH}`,
  `quarantine/m/${HASH}`,
];

describe('R51: a source reads only its own claim checks', () => {
  test('in its own folder', async () => {
    await put(OWN, patient({ id: 'p' }));
    await submit(claim(OWN));
    await run();
    expect(await stored()).toMatchObject([{ pk: 'hospital-a#Patient#p' }]);
  });

  test.each([...FOREIGN])('so %s is rejected, and nothing is read', async (key) => {
    await put(key, patient({ id: 'theirs' }));
    const keys = reading();
    await submit(claim(key));
    await run();
    expect(keys).toEqual([]);
    expect(await stored()).toEqual([]);
    expect(await quarantined()).toMatchObject([
      {
        source: 'hospital-a',
        reason: OUTSIDE,
        body: claim(key),
        outcome: expect.stringContaining('does not begin with submissions/hospital-a/'),
      },
    ]);
  });

  test.each([...FOREIGN])(
    'so %s is rejected as a suspect too, though the hop is our own',
    async (key) => {
      await put(key, patient({ id: 'theirs' }));
      await submit(claim(key));
      await dieWith(stage.world, await receive(lane()));
      await run();
      const keys = reading();
      await drain(stage.world, stage.functions);
      expect(keys).toEqual([]);
      expect(await stored()).toEqual([]);
      expect(await quarantined()).toMatchObject([{ reason: OUTSIDE, body: claim(key) }]);
      // It is rejected again after an operator's redrive.
      skipTime(1_000);
      const operator = await loadOperator();
      await operator.redrive(stageOf(stage.world), { kind: 'all' }, byTest());
      await drain(stage.world, stage.functions);
      expect(await stored()).toEqual([]);
      expect(await quarantined()).toMatchObject([{ reason: OUTSIDE, round: 1 }]);
    },
  );

  test('but a body that a hop stored is read, because our own envelope says so', async () => {
    const key = `hops/background/first/${HASH}`;
    await put(key, patient({ id: 'p' }));
    const laid = { bucket: stage.world.bucket, key };
    const envelope: Envelope = {
      messageId: 'first',
      sentAt: 1,
      source: 'hospital-a',
      lane: 'background',
      laid,
    };
    const attributes = { [ENVELOPE_ATTRIBUTE]: JSON.stringify(envelope) };
    await sendAs('AIDAOPERATOR', isolation(), claim(key), { attributes });
    await drain(stage.world, stage.functions);
    expect(await stored()).toMatchObject([{ pk: 'hospital-a#Patient#p', messageId: 'first' }]);
  });

  test('during an upgrade old keys are read, those of hops from our own queues only', async () => {
    await put('submissions/x', patient({ id: 'p' }));
    await put(`hops/m/${HASH}`, patient({ id: 'q' }));
    const before = process.env['SETTINGS'] ?? '';
    process.env['SETTINGS'] = JSON.stringify({ ...JSON.parse(before), formerKeys: true });
    const upgrading = await loadFunctions(['validate'], 'any role');
    process.env['SETTINGS'] = before;
    const envelope = { messageId: 'm', sentAt: 1, source: 'hospital-a', lane: 'background' };
    const attributes = { [ENVELOPE_ATTRIBUTE]: JSON.stringify(envelope) };
    await submit(claim('submissions/x'));
    await submit(claim(`hops/m/${HASH}`));
    await sendAs('AIDAOPERATOR', isolation(), claim(`hops/m/${HASH}`), { attributes });
    await deliver(upgrading.validate, lane());
    await deliver(upgrading.validate, isolation());
    await upgrading.close();
    const keys = (await stored()).map(({ pk }) => pk);
    expect(keys.sort()).toEqual(['hospital-a#Patient#p', 'hospital-a#Patient#q']);
    expect((await quarantined()).map(({ reason }) => reason)).toContain(OUTSIDE);
  });
});

/** What the entry shows and redrives, whatever is at the key by now. */
async function kept(): Promise<string> {
  const [item] = await quarantined();
  return item?.['body'] === undefined
    ? objectAt(item?.['bodyS3'] as { bucket: string; key: string })
    : String(item['body']);
}

describe('R51: what was validated is what is shown and redriven', () => {
  test.each([1, 30_000])('for a rejection of %i bytes and more', async (bytes) => {
    const body = invalidPatient() + ' '.repeat(bytes);
    const versionId = await put(OWN, body);
    await submit(claim(OWN));
    await run();
    await put(OWN, patient({ id: 'another' }));
    // Noncurrent versions expire.
    const old = { Bucket: stage.world.bucket, Key: OWN, VersionId: versionId };
    await testClients().s3.send(new DeleteObjectCommand(old));
    expect(await kept()).toBe(body);
    skipTime(1_000);
    const operator = await loadOperator();
    await operator.redrive(stageOf(stage.world), { kind: 'all' }, byTest());
    await drain(stage.world, stage.functions);
    expect(await stored()).toEqual([]);
    expect(await kept()).toBe(body);
  });

  test('for a dead letter: all its attempts use one version', async () => {
    const killer = faulty('throw');
    await put(OWN, killer);
    await submit(claim(OWN));
    await run();
    await put(OWN, patient({ id: 'another' }));
    await drain(stage.world, stage.functions);
    expect(await stored()).toEqual([]);
    const [item] = await quarantined();
    expect(item).toMatchObject({
      kind: 'dead-letter',
      pinned: { key: OWN, versionId: expect.any(String) },
      bodyS3: { key: expect.stringMatching(/^quarantine\//) },
    });
    expect(await kept()).toBe(killer);
  });

  test('for a suspect that nobody had read: the version of its first attempt', async () => {
    const killer = faulty('throw');
    await put(OWN, killer);
    await submit(claim(OWN));
    await dieWith(stage.world, await receive(lane()));
    await run();
    await deliver(stage.functions.validate, isolation());
    await put(OWN, patient({ id: 'another' }));
    await drain(stage.world, stage.functions);
    expect(await stored()).toEqual([]);
    expect(await kept()).toBe(killer);
  });

  test('for a producer that names the version', async () => {
    const versionId = await put(OWN, patient({ id: 'first' }));
    await put(OWN, patient({ id: 'second' }));
    await submit(claim(OWN, versionId));
    await submit(claim(OWN, 'none'));
    await run();
    expect(await stored()).toMatchObject([{ pk: 'hospital-a#Patient#first' }]);
    expect(await quarantined()).toMatchObject([{ reason: 'claim check: no such object' }]);
  });
});

import { ListObjectVersionsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it, test } from 'vitest';
import { type BodyPrefix, putBody } from '../../../aws/bodies-bucket.ts';
import { testClients } from '../../support/clients.ts';
import { skipTime } from '../../support/clock.ts';
import { dieAfterCall } from '../../support/death.ts';
import { send } from '../../support/delivery.ts';
import { denyReads } from '../../support/deny-reads.ts';
import { drain } from '../../support/drain.ts';
import { loadEraser, placeOf, requestFor } from '../../support/eraser.ts';
import { bucketAt } from '../../support/handles.ts';
import { invalidPatient, largePatient, patient } from '../../support/resources.ts';
import { useStage } from '../../support/stage.ts';
import { type Item, itemsOf } from '../../support/stores.ts';

const stage = useStage({ deadlineMs: 5_000, heapOldMb: 64, inlineBytesMax: 4_000 });
let eraser: Awaited<ReturnType<typeof loadEraser>>;

beforeEach(async () => {
  eraser = await loadEraser();
});

const observation = (id: string, ...patients: string[]) =>
  JSON.stringify({
    resourceType: 'Observation',
    id,
    status: 'final',
    code: { text: 'x' },
    subject: { reference: `Patient/${patients[0]}` },
    ...(patients.length > 1 && {
      focus: patients.slice(1).map((each) => ({ reference: `Patient/${each}` })),
    }),
  });

/** Four rows and two entries of p1. */
const OF_P1 = [
  patient({ id: 'p1' }),
  observation('o1', 'p1'),
  observation('o2', 'p2', 'p1'),
  JSON.stringify({ ...JSON.parse(largePatient(9_000)), id: 'large', link: link('p1') }),
  JSON.stringify({ ...JSON.parse(invalidPatient('p1')), name: [{ family: 'x'.repeat(9_000) }] }),
  '{"resourceType":"Observation","subject":{"reference":"Patient\\/p1"},',
];
const OF_OTHERS = [patient({ id: 'p2' }), observation('o3', 'p2'), invalidPatient('p3')];

/** Of an entry of Quarantine. */
const ENTRY = {
  ...{ status: 'quarantined', source: 'default', sentAt: 1, quarantinedAt: 1 },
  ...{ kind: 'rejection', reason: 'x', fingerprint: 'x', lane: 'background', attempts: [] },
};

function link(id: string) {
  return [{ other: { reference: `Patient/${id}` }, type: 'seealso' }];
}

async function submit(...bodies: readonly string[]): Promise<void> {
  for (const body of bodies) await send(stage.world.queues.lane, body, { file: 'chalmers.ndjson' });
  await drain(stage.world, stage.functions);
}

async function versions() {
  const { Versions = [] } = await testClients().s3.send(
    new ListObjectVersionsCommand({ Bucket: stage.world.bucket }),
  );
  return Versions.map(({ Key = '' }) => Key).filter((key) => !key.includes('.canary'));
}

/** Everything that is stored anywhere, as text. */
async function allText(): Promise<string> {
  const { resources, quarantine, inFlight } = stage.world.tables;
  const items = await Promise.all([resources, quarantine, inFlight].map(itemsOf));
  return JSON.stringify(items);
}

/** Our role may not read below a prefix, or not use the key. */
const deny = (prefix: string) => denyReads(stage.world.bucket, prefix);

/** As a producer does who chooses another key. */
const putUnderAnotherKey = (key: string) =>
  testClients().s3.send(
    new PutObjectCommand({
      ...{ Bucket: stage.world.bucket, Key: key, Body: patient({ id: 'p1' }) },
      ...{ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: 'theirs' },
    }),
  );

describe('an object that S3 does not return', () => {
  const eraseP1 = () => eraser.erase(placeOf(stage.world), requestFor('p1'), eraser.surroundings);

  it.each(['', 'resources/', 'quarantine/'])(
    'R09: keeps an erasure from ending if we stored it, below "%s"',
    async (prefix) => {
      await submit(...OF_P1, ...OF_OTHERS);
      const mend = await deny(prefix);
      await expect(eraseP1()).rejects.toMatchObject({ name: 'AccessDenied' });
      const [erasure] = await itemsOf(stage.world.tables.erasures);
      expect(erasure).not.toHaveProperty('endedAt');
      await mend();
      const { swept } = await eraseP1();
      expect(swept).toMatchObject({ bodies: { erased: 2 }, unreadable: 0 });
      expect(await versions()).toEqual([]);
    },
  );

  it('is counted if a producer put it there and those beside it are returned', async () => {
    await submit(...OF_P1);
    await putUnderAnotherKey('submissions/default/theirs.json');
    const { swept } = await eraseP1();
    expect(swept).toMatchObject({ bodies: { erased: 2 }, unreadable: 1 });
    expect(await versions()).toEqual(['submissions/default/theirs.json']);
  });

  it('R09: keeps an erasure from ending if no other shows whether ours are returned', async () => {
    await putUnderAnotherKey('submissions/default/theirs.json');
    await expect(eraseP1()).rejects.toThrow('beside 1 that it refuses');
  });
});

describe('a survey', () => {
  it('counts what an erasure would find, and changes nothing', async () => {
    await submit(...OF_P1, ...OF_OTHERS);
    const before = await allText();
    const found = await eraser.survey(placeOf(stage.world), requestFor('p1'), eraser.surroundings);
    expect(found).toMatchObject({
      resources: { erased: 4, shared: 2, kept: 0 },
      entries: { erased: 2 },
      bodies: { erased: 2 },
      delivered: [],
      unreadable: 0,
    });
    expect(await allText()).toBe(before);
    expect(await versions()).toHaveLength(2);
    expect(await itemsOf(stage.world.tables.erasures)).toEqual([]);
    expect(eraser.facts).toEqual([]);
    expect(eraser.waits).toEqual([]);
  });
});

describe('an erasure', () => {
  it('leaves nothing of the patient, and everything of the others', async () => {
    await submit(...OF_P1, ...OF_OTHERS);
    const { swept } = await eraser.erase(
      placeOf(stage.world),
      requestFor('p1'),
      eraser.surroundings,
    );
    expect(swept.resources.erased).toBe(4);
    const rows = await itemsOf(stage.world.tables.resources);
    expect(
      rows
        .filter(({ body }) => body !== undefined)
        .map(({ pk }) => pk)
        .sort(),
    ).toEqual(['default#Observation#o3', 'default#Patient#p2']);
    const entries = await itemsOf(stage.world.tables.quarantine);
    expect(entries.filter(({ status }) => status === 'quarantined')).toHaveLength(1);
    const erased = entries.filter(({ status }) => status === 'discarded');
    expect(erased).toHaveLength(2);
    for (const entry of erased) {
      expect(entry).toMatchObject({ reason: 'erased', discard: { by: 'ana', why: 'ticket 17' } });
      for (const name of ['body', 'bodyS3', 'outcome', 'file'])
        expect(entry).not.toHaveProperty(name);
    }
    expect(await versions()).toEqual([]);
  });

  it('R05: keeps a row’s place in the order of submissions, and none of its content', async () => {
    await submit(patient({ id: 'p1' }));
    const [before] = await itemsOf(stage.world.tables.resources);
    await eraser.erase(placeOf(stage.world), requestFor('p1'), eraser.surroundings);
    const [row] = await itemsOf(stage.world.tables.resources);
    expect(row).toMatchObject({ pk: before?.['pk'], submissionOrder: before?.['submissionOrder'] });
    expect(row).toMatchObject({ erasure: 1, erasedAt: expect.any(Number) });
    for (const name of ['body', 'bodyS3', 'bodyBytes', 'contentHash', 'file', 'deliveryShard']) {
      expect(row).not.toHaveProperty(name);
    }
  });

  it('finds overwritten versions, and leaves what another patient stored after them', async () => {
    const put = (body: string) =>
      testClients().s3.send(
        new PutObjectCommand({ Bucket: stage.world.bucket, Key: 'submissions/a.json', Body: body }),
      );
    await put(patient({ id: 'p1' }));
    await put(patient({ id: 'p2' }));
    await put(observation('o1', 'p1'));
    expect(await versions()).toHaveLength(3);
    await eraser.erase(placeOf(stage.world), requestFor('p1'), eraser.surroundings);
    expect(await versions()).toEqual(['submissions/a.json']);
  });

  it('R51: leaves bodies in another source’s folder, and of messages from unknown senders', async () => {
    const keys = ['submissions/a/1.json', 'submissions/b/1.json', 'hops/background/m/0'];
    for (const Key of keys) {
      await testClients().s3.send(
        new PutObjectCommand({ Bucket: stage.world.bucket, Key, Body: patient({ id: 'p1' }) }),
      );
    }
    const request = requestFor('p1', { source: 'a' });
    const { swept } = await eraser.erase(placeOf(stage.world), request, eraser.surroundings);
    expect(swept).toMatchObject({ bodies: { erased: 1 }, underWay: 1 });
    expect((await versions()).sort()).toEqual(['hops/background/m/0', 'submissions/b/1.json']);
    const ofAll = await eraser.erase(placeOf(stage.world), requestFor('p1'), eraser.surroundings);
    expect(ofAll.swept).toMatchObject({ bodies: { erased: 2 }, underWay: 0 });
  });

  it('R51: covers one source: a patient with the same id at another source stays', async () => {
    await send(stage.world.queues.lane, patient({ id: 'p1' }), { source: 'hospital-a' });
    await send(stage.world.queues.lane, patient({ id: 'p1' }), { source: 'hospital-b' });
    await drain(stage.world, stage.functions);
    const request = requestFor('p1', { source: 'hospital-a' });
    await eraser.erase(placeOf(stage.world), request, eraser.surroundings);
    const rows = await itemsOf(stage.world.tables.resources);
    expect(rows.filter(({ body }) => body !== undefined).map(({ source }) => source)).toEqual([
      'hospital-b',
    ]);
  });

  it('R07: leaves the refused delivery of an older submission that named another patient', async () => {
    await submit(observation('o1', 'p1'));
    const [row] = await itemsOf(stage.world.tables.resources);
    const { pk, submissionOrder } = row ?? {};
    const refused = (name: string, order: unknown, body: string) => ({
      ...{ pk: `delivery#${name}`, status: 'quarantined', kind: 'undelivered', source: 'default' },
      ...{ sentAt: 1, quarantinedAt: 2, delivery: { pk, submissionOrder: order }, body },
    });
    // An entry of the row itself whose text does not say whom it names belongs to the row's patient.
    for (const Item of [
      refused('older', '0', observation('o1', 'p2')),
      refused('its own', submissionOrder, '{}'),
    ]) {
      const TableName = stage.world.tables.quarantine;
      await testClients().dynamo.send(new PutCommand({ TableName, Item }));
    }
    await eraser.erase(placeOf(stage.world), requestFor('p1'), eraser.surroundings);
    const entries = await itemsOf(stage.world.tables.quarantine);
    expect(entries.map((entry) => [entry['pk'], entry['status']])).toEqual(
      expect.arrayContaining([
        ['delivery#older', 'quarantined'],
        ['delivery#its own', 'discarded'],
      ]),
    );
  });

  it('keeps what names other patients too, if asked to, and counts it', async () => {
    await submit(observation('o2', 'p2', 'p1'), patient({ id: 'p1', link: link('p9') }));
    const request = requestFor('p1', { shared: 'keep' });
    const { swept } = await eraser.erase(placeOf(stage.world), request, eraser.surroundings);
    expect(swept.resources).toMatchObject({ erased: 1, shared: 0, kept: 1 });
    const rows = await itemsOf(stage.world.tables.resources);
    expect(rows.filter(({ body }) => body !== undefined).map(({ pk }) => pk)).toEqual([
      'default#Observation#o2',
    ]);
  });

  it('erases an entry of which one version names the patient alone, even if another is kept', async () => {
    const { bucket, tables } = stage.world;
    const owner = { messageId: 'm-1', sentAt: 1, source: 'default' };
    const corrected = observation('o1', 'p1');
    const bodyS3 = await putBody(bucketAt(bucket), 'quarantine/', owner, corrected);
    const body = observation('o1', 'p2', 'p1');
    const entry = { ...ENTRY, pk: 'm-1', body, corrections: [{ bodyS3 }] };
    await testClients().dynamo.send(new PutCommand({ TableName: tables.quarantine, Item: entry }));
    const request = requestFor('p1', { shared: 'keep' });
    const { swept } = await eraser.erase(placeOf(stage.world), request, eraser.surroundings);
    expect(swept.entries).toMatchObject({ erased: 1, kept: 0 });
    const [left] = await itemsOf(tables.quarantine);
    expect(left).toMatchObject({ pk: 'm-1', status: 'discarded' });
    expect(left).not.toHaveProperty('body');
    expect(await versions()).toEqual([]);
  });

  describe('of an object that its producer overwrote', () => {
    const KEY = 'submissions/current';
    const put = async (text: string) => {
      const place = { Bucket: stage.world.bucket, Key: KEY };
      const { VersionId } = await testClients().s3.send(
        new PutObjectCommand({ ...place, Body: text }),
      );
      return VersionId;
    };
    const left = async () => {
      const { Versions = [] } = await testClients().s3.send(
        new ListObjectVersionsCommand({ Bucket: stage.world.bucket, Prefix: KEY }),
      );
      return Versions.map(({ VersionId }) => VersionId);
    };
    const enter = (versionId?: string) => {
      const bodyS3 = { bucket: stage.world.bucket, key: KEY, ...(versionId && { versionId }) };
      return testClients().dynamo.send(
        new PutCommand({
          TableName: stage.world.tables.quarantine,
          Item: { ...ENTRY, pk: 'm-1', bodyS3 },
        }),
      );
    };

    it('deletes its version, and none that an entry of somebody else names', async () => {
      const ofOther = await put(patient({ id: 'p2' }));
      await put(patient({ id: 'p1' }));
      await enter(ofOther);
      await eraser.erase(placeOf(stage.world), requestFor('p1'), eraser.surroundings);
      expect(await left()).toEqual([ofOther]);
      expect(await itemsOf(stage.world.tables.quarantine)).toMatchObject([
        { status: 'quarantined' },
      ]);
    });

    it('leaves the version that was submitted after its start', async () => {
      await put(patient({ id: 'p1' }));
      await enter();
      let later: string | undefined;
      const { surroundings } = eraser;
      const wait = async (ms: number) => {
        skipTime(2_000);
        later ??= await put(patient({ id: 'p1', active: true }));
        await surroundings.wait(ms);
      };
      const place = placeOf(stage.world);
      await eraser.erase(place, requestFor('p1'), { ...surroundings, wait });
      expect(await left()).toEqual([later]);
      expect(await itemsOf(stage.world.tables.quarantine)).toMatchObject([{ status: 'discarded' }]);
    });
  });

  it('waits for running invocations that may not know of it before it looks', async () => {
    await eraser.erase(placeOf(stage.world), requestFor('p1'), eraser.surroundings);
    expect(eraser.waits).toEqual([expect.closeTo(40_000, -3)]);
    expect(eraser.said).toEqual([expect.stringMatching(/^waiting 40 s /)]);
  });

  it('waits from when it is known to be recorded, also where the run that recorded it died', async () => {
    const { surroundings } = eraser;
    const publish = async () => surroundings.wait(30_000);
    const recorder = { ...surroundings.recorder, publish };
    const { record } = await eraser.erase(placeOf(stage.world), requestFor('p1'), {
      ...surroundings,
      recorder,
    });
    expect(eraser.waits).toEqual([30_000, 40_000, 30_000]);
    await testClients().dynamo.send(
      new UpdateCommand({
        TableName: stage.world.tables.erasures,
        Key: { pk: 'erasures', sk: '0000000001' },
        UpdateExpression: 'REMOVE endedAt',
      }),
    );
    const next = await loadEraser();
    const now = () => record.at + 24 * 60 * 60_000;
    const later = { ...next.surroundings, recorder: { ...next.surroundings.recorder, now } };
    await next.erase(placeOf(stage.world), requestFor('p1'), later);
    expect(next.waits).toEqual([40_000]);
  });

  it('leaves what was submitted after its start, and prints what is at the server', async () => {
    await submit(patient({ id: 'p1' }), observation('o1', 'p1'), observation('o2', 'p1'));
    const set = (id: string, fields: Record<string, unknown>) =>
      testClients().dynamo.send(
        new UpdateCommand({
          TableName: stage.world.tables.resources,
          Key: { pk: `default#Observation#${id}` },
          UpdateExpression: `SET ${Object.keys(fields).map((name) => `${name} = :${name}`)}`,
          ExpressionAttributeValues: Object.fromEntries(
            Object.entries(fields).map(([name, value]) => [`:${name}`, value]),
          ),
        }),
      );
    await set('o1', { sentAt: Date.now() + 60_000 });
    const until = Date.now() + 100_000;
    await set('o2', { deliveryLease: { owner: 'x', until }, deliveredOrder: '1' });
    const { swept } = await eraser.erase(
      placeOf(stage.world),
      requestFor('p1'),
      eraser.surroundings,
    );
    expect(swept.delivered).toEqual(['Observation/o2']);
    const rows = await itemsOf(stage.world.tables.resources);
    expect(
      rows.filter(({ body }) => body !== undefined).map(({ resourceId }) => resourceId),
    ).toEqual(['o1']);
    // A deliver function that runs at that moment may still quarantine what it read.
    expect(eraser.waits).toHaveLength(2);
  });
});

describe('a delivery may still quarantine what it has read, so an erasure waits for one', () => {
  const row = () => ({
    TableName: stage.world.tables.resources,
    Key: { pk: 'default#Patient#p1' },
  });
  const until = Date.now() + 300_000;
  const LEASED = { ':lease': { owner: 'x', until } };
  const ofLease = expect.closeTo(265_000, -5);

  /** Erases p1. Once its row has been read and noted, the row is changed. */
  async function eraseWhile(UpdateExpression: string, values: Record<string, unknown>) {
    const { dynamo } = eraser.clients[0] ?? testClients();
    let isNoted = false;
    dynamo.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          const answer = await next(args);
          const { TableName } = args.input as { TableName?: string };
          const isNote = commandName === 'PutItemCommand' || commandName === 'PutCommand';
          const { Item } = args.input as { Item?: { pk: unknown } };
          if (isNoted || !isNote || TableName !== stage.world.tables.erasures) return answer;
          if (!JSON.stringify(Item?.pk).includes('erased')) return answer;
          isNoted = true;
          const update = { ...row(), UpdateExpression, ExpressionAttributeValues: values };
          await testClients().dynamo.send(new UpdateCommand(update));
          return answer;
        },
      { step: 'initialize', name: 'change the row' },
    );
    await submit(patient({ id: 'p1' }));
    return eraser.erase(placeOf(stage.world), requestFor('p1'), eraser.surroundings);
  }

  it('that began after its row was read', async () => {
    const { swept } = await eraseWhile('SET deliveryLease = :lease', LEASED);
    expect(swept.resources.erased).toBe(1);
    expect(eraser.waits).toEqual([40_000, ofLease]);
  });

  it('whose row a newer submission has replaced since', async () => {
    const newer = { ...LEASED, ':newer': '9' };
    const { swept } = await eraseWhile(
      'SET deliveryLease = :lease, submissionOrder = :newer',
      newer,
    );
    expect(swept.resources.erased).toBe(0);
    expect(eraser.waits).toEqual([40_000, ofLease]);
  });

  it('whose row a newer submission had replaced before', async () => {
    await submit(patient({ id: 'p1' }));
    await testClients().dynamo.send(
      new UpdateCommand({
        ...row(),
        UpdateExpression: 'SET deliveryLease = :lease, sentAt = :later',
        ExpressionAttributeValues: { ...LEASED, ':later': Date.now() + 60_000 },
      }),
    );
    await eraser.erase(placeOf(stage.world), requestFor('p1'), eraser.surroundings);
    expect(eraser.waits).toEqual([40_000, ofLease]);
  });
});

test('R40: is recorded at begin and end by keyed hash, with who, why and counts', async () => {
  await submit(...OF_P1);
  const { record } = await eraser.erase(
    placeOf(stage.world),
    requestFor('p1'),
    eraser.surroundings,
  );
  expect(eraser.facts).toMatchObject([
    { kind: 'erased', actor: 'ana', reason: 'ticket 17', details: { phase: 'began' } },
    {
      kind: 'erased',
      details: { phase: 'ended', resources: 4, entries: 2, bodies: 2, patient: record.patient },
    },
  ]);
  expect(record.patient).toMatch(/^[0-9a-f]{32}$/);
  expect(JSON.stringify([eraser.facts, record, eraser.said])).not.toMatch(/p1|chalmers/i);
  const items = await itemsOf(stage.world.tables.erasures);
  // Four rows and two entries, and two objects: each by its key, and by its version.
  expect(items.filter(({ pk }) => pk === 'erased')).toHaveLength(10);
  expect(items.filter(({ pk }) => pk === 'erasures')).toMatchObject([
    { number: 1, at: record.at, endedAt: expect.any(Number), by: 'ana', reason: 'ticket 17' },
  ]);
});

test('does nothing if it cannot be recorded', async () => {
  await submit(patient({ id: 'p1' }));
  const before = await allText();
  const recorder = {
    ...eraser.surroundings.recorder,
    publish: () => Promise.reject(new Error('the queue is gone')),
  };
  const surroundings = { ...eraser.surroundings, recorder };
  await expect(eraser.erase(placeOf(stage.world), requestFor('p1'), surroundings)).rejects.toThrow(
    'gone',
  );
  expect(await allText()).toBe(before);
  expect(await itemsOf(stage.world.tables.erasures)).toEqual([]);
});

test('after dying at any call, a second run completes it: one erasure, everything gone', async () => {
  await submit(patient({ id: 'p1' }), ...OF_P1.slice(4, 5), patient({ id: 'p2' }));
  let died = 0;
  for (let k = 2; ; k += 1) {
    const doomed = await loadEraser();
    const death = dieAfterCall(k, doomed);
    const run = doomed.erase(placeOf(stage.world), requestFor('p1'), doomed.surroundings);
    if ((await Promise.race([run, death.happened])) !== 'died') break;
    died += 1;
  }
  expect(died).toBeGreaterThan(5);
  const records = (await itemsOf(stage.world.tables.erasures)).filter(
    ({ pk }) => pk === 'erasures',
  );
  expect(records).toHaveLength(1);
  const rows = await itemsOf(stage.world.tables.resources);
  expect(rows.filter(({ body }) => body !== undefined)).toMatchObject([{ resourceId: 'p2' }]);
  expect(await versions()).toEqual([]);
});

test('R51: deletes every body of what its source sent before it, also one that was stored while it waited', async () => {
  const { bucket, tables } = stage.world;
  const put = (prefix: BodyPrefix, messageId: string, sentAt: number, source = 'default') =>
    putBody(bucketAt(bucket), prefix, { messageId, sentAt, source }, patient({ id: 'p1' }));
  const submittedAt = Date.now() - 1_000;
  const { surroundings } = eraser;
  const wait = async (ms: number) => {
    // The erasure is recorded. Invocations that do not know of it go on.
    await put('quarantine/', 'before', submittedAt);
    await put('resources/', 'before', submittedAt);
    await put('quarantine/', 'after', Date.now() + 1_000);
    await put('quarantine/', 'other', submittedAt, 'hospital-b');
    await surroundings.wait(ms);
  };
  await eraser.erase(placeOf(stage.world), requestFor('p1'), { ...surroundings, wait });
  expect((await versions()).sort()).toEqual([
    expect.stringMatching(/^quarantine\/after\//),
    expect.stringMatching(/^quarantine\/other\//),
  ]);
  expect(await itemsOf(tables.quarantine)).toEqual([]);
});

describe('after a table was restored from a backup', () => {
  async function restore(table: string, items: readonly Item[]): Promise<void> {
    for (const Item of items) {
      await testClients().dynamo.send(new PutCommand({ TableName: table, Item }));
    }
  }

  it('a replay erases all of them again, and nothing that came later', async () => {
    await submit(...OF_P1, ...OF_OTHERS);
    const { resources, quarantine } = stage.world.tables;
    const backup = { rows: await itemsOf(resources), entries: await itemsOf(quarantine) };
    await eraser.erase(placeOf(stage.world), requestFor('p1'), eraser.surroundings);
    await eraser.erase(placeOf(stage.world), requestFor('p3'), eraser.surroundings);
    await restore(resources, backup.rows);
    await restore(quarantine, backup.entries);
    const [later] = backup.rows.filter(({ pk }) => pk === 'default#Patient#p1');
    const sentAt = Date.now() + 3_600_000;
    await restore(resources, [{ ...later, sentAt, pk: 'default#Patient#later' }]);
    const request = { by: 'ana', reason: 'restored', act: true };
    const { erasures, swept } = await eraser.replay(
      placeOf(stage.world),
      request,
      eraser.surroundings,
    );
    expect(erasures).toBe(2);
    // Entries whose body was in the bucket are found by their keyed hash.
    expect(swept).toMatchObject({ resources: { erased: 4 }, entries: { erased: 3 } });
    const rows = await itemsOf(resources);
    expect(
      rows
        .filter(({ body, bodyS3 }) => (body ?? bodyS3) !== undefined)
        .map(({ pk }) => pk)
        .sort(),
    ).toEqual(['default#Observation#o3', 'default#Patient#later', 'default#Patient#p2']);
    const facts = eraser.facts.filter(({ details }) => String(details['phase']).includes('replay'));
    expect(facts).toMatchObject([
      { kind: 'erased', reason: 'restored', details: { phase: 'replay began', erasures: 2 } },
      { kind: 'erased', details: { phase: 'replay ended', resources: 4, entries: 3 } },
    ]);
    const again = await eraser.replay(placeOf(stage.world), request, eraser.surroundings);
    expect(again.swept.resources.erased).toBe(0);
  });

  it('a dry replay changes nothing', async () => {
    await submit(patient({ id: 'p1' }));
    const backup = await itemsOf(stage.world.tables.resources);
    await eraser.erase(placeOf(stage.world), requestFor('p1'), eraser.surroundings);
    await restore(stage.world.tables.resources, backup);
    const facts = eraser.facts.length;
    const request = { by: 'ana', reason: 'to see', act: false };
    const { swept } = await eraser.replay(placeOf(stage.world), request, eraser.surroundings);
    expect(swept.resources.erased).toBe(1);
    expect(await itemsOf(stage.world.tables.resources)).toEqual(backup);
    expect(eraser.facts).toHaveLength(facts);
  });
});

test('R08: a row that cannot be read stops an erasure, and is named by its message and not by its patient', async () => {
  await submit(patient({ id: 'p1' }));
  const { resources } = stage.world.tables;
  const [row] = await itemsOf(resources);
  const TableName = resources;
  const { submissionOrder: _, ...broken } = row as Item;
  await testClients().dynamo.send(new PutCommand({ TableName, Item: broken }));
  const erasing = eraser.erase(placeOf(stage.world), requestFor('p1'), eraser.surroundings);
  const message = await erasing.then(String, ({ message: text }: Error) => text);
  expect(message).toContain(
    `the row of message ${String(broken['messageId'])} cannot be read (submissionOrder)`,
  );
  expect(message).not.toContain('p1');
});

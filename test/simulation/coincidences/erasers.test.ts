import { GetObjectCommand } from '@aws-sdk/client-s3';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, test } from 'vitest';
import { Erasers } from '../../../simulation/coincidences/erasers.ts';
import { NO_COINCIDENCES } from '../../../simulation/coincidences/rates.ts';
import type { Item } from '../../../simulation/dynamo/values.ts';
import type { Effect } from '../../../simulation/effects.ts';
import type { Host } from '../../../simulation/host.ts';
import { Scheduler } from '../../../simulation/scheduler.ts';
import type { World } from '../../../simulation/world.ts';
import { hostAt, submission, written } from '../checks/history.ts';

const REFUSED = 'refused-by-server';
const row = { pk: 'hospital-a#Patient#r4', messageId: 'm1' };
const entry = { pk: 'm2', status: 'quarantined' };
const erasure = { source: 'hospital-a', id: 'r4', shared: 'erase', number: 1, at: 2_000 } as const;
const note: Effect = {
  kind: 'called',
  service: 'dynamodb',
  command: new PutCommand({ TableName: 'stack-erasures', Item: { pk: 'erased', sk: 'hash' } }),
};
const begins = written('erasures', undefined, { pk: 'erasures', number: 1 });
const leases = written('resources', row, { ...row, deliveryLease: { owner: 'd' } });
const replaces = written('resources', row, { ...row, messageId: 'm9' });
const sentBack = written('quarantine', entry, { ...entry, status: 'redriven' });
const putBy = (messageId: string): Effect => ({
  kind: 'put',
  bucket: 'bodies',
  version: { key: `quarantine/${messageId}/hash`, id: 'v1', at: 1, bytes: undefined },
});

/** An operator who erases Patient/r4 of hospital-a, and what happens around. */
function erasing({ rate = 1, isHealed = false, seed = 1 } = {}) {
  const scheduler = new Scheduler(seed);
  const all = [
    submission({ messageId: 'm1', id: 'r4', patients: ['r4'], nature: REFUSED }),
    submission({ messageId: 'm2', id: 'r4', patients: ['r4'] }),
    submission({ messageId: 'm3', id: 'r4', patients: ['r4'], source: 'clinic' }),
  ];
  const coincidences = { ...NO_COINCIDENCES, eraserInterrupted: rate };
  const faults = { coincidences, functions: { stallMs: 2_000 } };
  const broken: string[] = [];
  const world = {
    ...{ scheduler, isHealed, faults, drawn: faults, erasures: [erasure] },
    submissions: new Map(all.map((each) => [each.messageId, each])),
    nameOf: (end: string) => `stack-${end}`,
    services: {
      dynamo: {
        table: (name: string) => ({
          items: () => [(name.endsWith('resources') ? row : entry) as Item],
        }),
      },
    },
    breakDown: (of: string) => void broken.push(of),
  } as unknown as World;
  const given: unknown[] = [];
  const people = {
    producers: { sendNewer: ({ id }: { id: string }) => void given.push(`newer ${id}`) },
    operators: { give: (command: unknown) => void given.push(command) },
  };
  const erasers = new Erasers(world, people, seed);
  const operator = hostAt('operator#1');
  return { scheduler, erasers, operator, given, broken };
}

/** Whether its code goes on. */
function goesOn(host: Host): boolean {
  let isOn = false;
  host.resume(() => {
    isOn = true;
  });
  return isOn;
}

const pass = (scheduler: Scheduler, ms: number) => {
  let isOver = false;
  scheduler.after(ms, () => {
    isOver = true;
  });
  return scheduler.run(() => isOver, scheduler.now + ms + 1);
};

describe('an operator who has noted what is about to be erased falls asleep', () => {
  const asleep = () => {
    const seed = Array.from({ length: 50 }, (_, n) => n).find((n) => {
      const { erasers, operator } = erasing({ seed: n });
      erasers.see(note, operator);
      return !goesOn(operator);
    });
    const its = erasing({ seed: seed ?? -1 });
    its.erasers.see(note, its.operator);
    return its;
  };

  test.each([
    ['its row is replaced', replaces],
    ['its row is leased', leases],
    ['its entry is sent back', sentBack],
  ])('until %s', (_, effect) => {
    const { erasers, operator, given } = asleep();
    erasers.see(effect, operator);
    expect(goesOn(operator)).toBe(false);
    erasers.see(written('resources', row, row), hostAt('deliver#1'));
    expect(goesOn(operator)).toBe(false);
    erasers.see(effect, hostAt('somebody#1'));
    expect(given).toMatchObject([
      'newer r4',
      { kind: 'redrive', selection: { kind: 'ids', ids: ['m2'] } },
    ]);
  });

  test('or for some minutes', async () => {
    const { scheduler, operator } = asleep();
    await pass(scheduler, 200_000);
    expect(goesOn(operator)).toBe(true);
  });

  test('but not without the coincidence, nor when faults have healed', () => {
    for (const how of [{ rate: 0 }, { isHealed: true }]) {
      for (let seed = 0; seed < 20; seed += 1) {
        const { erasers, operator } = erasing({ ...how, seed });
        erasers.see(note, operator);
        expect(goesOn(operator)).toBe(true);
      }
    }
  });
});

test.each([
  ['leases what its server will refuse', leases],
  ['puts a body of the patient with that id at another source', putBy('m3')],
])('a computer that sleeps while its erasure waits wakes when somebody %s', async (_, effect) => {
  const { scheduler, erasers, operator } = erasing();
  erasers.see(begins, operator);
  await pass(scheduler, 5_000);
  const early = hostAt('deliver#1');
  erasers.see(effect, early);
  expect([goesOn(operator), goesOn(early)]).toEqual([false, true]);
  await pass(scheduler, 80_000 - 5_000);
  erasers.see(putBy('m1'), hostAt('validate#1'));
  expect(goesOn(operator)).toBe(false);
  const late = hostAt('deliver#2');
  erasers.see(effect, late);
  expect(goesOn(late)).toBe(false);
  // What points to a body that was just put comes late. It is asked once.
  expect([late.takeLate(), late.takeLate()]).toEqual([effect.kind === 'put', false]);
});

test('a command that has emptied something whose body is in the bucket dies, a few times', () => {
  const { erasers } = erasing();
  const bodyS3 = { bucket: 'bodies', key: 'quarantine/m2/hash' };
  const dead = (before: object) =>
    Array.from({ length: 5 }, (_, n) => {
      const host = hostAt(`operator#${n}`);
      erasers.see(written('quarantine', before, { ...entry, erasure: 1 }), host);
      goesOn(host);
      return host.isDead;
    });
  expect(dead(entry)).toEqual([false, false, false, false, false]);
  expect(dead({ ...entry, bodyS3 })).toEqual([true, true, true, false, false]);
});

test('the server of a resource that it will refuse is down from the moment at which that is stored', () => {
  const { erasers, broken } = erasing();
  erasers.see(written('resources', row, { ...row, messageId: 'm2' }), hostAt('validate#1'));
  expect(broken).toEqual([]);
  erasers.see(written('resources', undefined, row), hostAt('validate#1'));
  expect(broken).toEqual(['https://fhir.simulated/r4']);
  erasers.see(written('resources', undefined, row), hostAt('validate#1'));
  expect(broken).toHaveLength(1);
});

test('a lane does not load from when a long, wrong resource comes, and its patient is erased elsewhere', () => {
  const { erasers, broken, given } = erasing();
  const wrong = { id: 'r4', patients: ['r4'], nature: 'invalid' } as const;
  const text = 'x'.repeat(10_000);
  const comes = (fields: object) =>
    erasers.see({ kind: 'submitted', submission: submission(fields) }, undefined);
  comes(wrong);
  comes({ ...wrong, text, nature: 'valid' });
  expect([broken, given]).toEqual([[], []]);
  comes({ ...wrong, text });
  expect(broken).toEqual(['stack-validate-critical']);
  expect(given).toEqual([{ kind: 'erase', source: 'hospital-b', id: 'r4', shared: 'erase' }]);
});

test('S3 cannot use the key from when a body is read that is to be erased, twice at most', () => {
  const read = (Key: string, more = {}): Effect => ({
    ...{ kind: 'called', service: 's3' },
    command: new GetObjectCommand({ Bucket: 'bodies', Key, VersionId: 'v1', ...more }),
  });
  const { erasers, operator, broken } = erasing();
  for (const key of ['resources/m3/hash', 'submissions/theirs.json'])
    erasers.see(read(key), operator);
  erasers.see(read('resources/m1/hash', { VersionId: undefined }), operator);
  erasers.see(read('resources/m1/hash'), hostAt('validate#1'));
  expect(broken).toEqual([]);
  for (let times = 0; times < 3; times += 1) erasers.see(read('resources/m1/hash'), operator);
  expect(broken).toEqual(['kms/s3', 'kms/s3']);
});

import { describe, expect, test } from 'vitest';
import type { Seen } from '../../../simulation/checker.ts';
import { ErasureChecker } from '../../../simulation/checks/erasure-checker.ts';
import type { Effect } from '../../../simulation/effects.ts';
import { covers, coversCorrection, type RecordedErasure } from '../../../simulation/erasures.ts';
import { HEALTHY } from '../../../simulation/faults.ts';
import type { Host } from '../../../simulation/host.ts';
import { Bucket } from '../../../simulation/s3/bucket.ts';
import type { Submission } from '../../../simulation/submission.ts';
import { hostAt, submission, written } from './history.ts';

const erasure: RecordedErasure = {
  ...{ number: 1, source: 'hospital-a', id: 'p1', shared: 'keep', at: 2_000 },
};
const ofAnother: RecordedErasure = { ...erasure, number: 2, id: 'p9', at: 9_000 };
const begun = written('erasures', undefined, { pk: 'erasures', number: 1, at: 2_000 });
const ended = written('erasures', {}, { pk: 'erasures', number: 1, endedAt: 3_000 });
const text = JSON.stringify({ identifier: [{ system: 's', value: '1' }] });
const bytes = Buffer.from(text);
const put = (key: string): Effect => ({
  ...{ kind: 'put', bucket: 'bodies' },
  version: { key, id: 'v1', at: 4_000, bytes },
});
const row = (fields: object) => ({ pk: 'hospital-a#Patient#p1', messageId: 'm1', ...fields });

function see(
  effects: readonly (Effect | [Effect, Host])[],
  { its = [submission()], items = [], puts = [], erases = 1 }: Partial<World> = {},
): ErasureChecker {
  const bucket = new Bucket('bodies-0', true);
  for (const at of puts) bucket.put('submissions/x', bytes, at);
  const seen = {
    drawn: { ...HEALTHY, operators: { ...HEALTHY.operators, erases } },
    erasures: [erasure, ofAnother],
    submissions: new Map(its.map((each) => [each.messageId, each])),
    plan: { buckets: [{ name: 'a-bodies-0' }] },
    nameOf: (end: string) => `stack-${end}`,
    services: {
      dynamo: {
        table: (name: string) => ({ items: () => (name.endsWith('resources') ? items : []) }),
      },
      s3: { bucket: () => bucket },
    },
  } as unknown as Seen;
  const checker = new ErasureChecker(seen);
  for (const each of its) checker.see({ kind: 'submitted', submission: each }, undefined);
  for (const each of effects) {
    const [effect, by] = Array.isArray(each) ? each : [each, undefined];
    checker.see(effect, by);
  }
  return checker;
}

interface World {
  readonly its: readonly Submission[];
  readonly items: readonly object[];
  /** Times of a producer's object. */
  readonly puts: readonly number[];
  readonly erases: number;
}

describe('an erasure covers', () => {
  test.each([
    ['what was sent up to then', {}, true],
    ['nothing that is sent later', { sentAt: 2_001 }, false],
    ['nothing of another source', { source: 'hospital-b' }, false],
    ['nothing of another patient', { patients: ['p2'] }, false],
    ['a Patient, whoever else it names', { patients: ['p1', 'p2'] }, true],
    ['no Observation of two, where they are kept', observed(['p1', 'p2']), false],
    ['an Observation of one', observed(['p1']), true],
  ])('%s', (_, fields, is) => {
    expect(covers(erasure, submission(fields))).toBe(is);
  });
});

test.each([
  ['the correction of a Patient that named nobody', {}, true],
  ['none of what is sent later', { sentAt: 2_001 }, false],
  ['none of another source', { source: 'hospital-b' }, false],
  ['none of another Patient', { id: 'p2' }, false],
])('an erasure covers %s', (_, fields, is) => {
  const its = { resourceType: 'Patient', id: 'p1', patients: [], ...fields };
  expect(coversCorrection(erasure, submission({ ...its, corrected: '{}' }))).toBe(is);
  expect(coversCorrection(erasure, submission(its))).toBe(false);
});

function observed(patients: readonly string[]) {
  return { resourceType: 'Observation', id: 'o1', patients };
}

describe('the checker of erasures', () => {
  test('looks at nothing where no patient is erased', () => {
    expect(see([], { erases: 0 }).kinds).toEqual([]);
    expect(see([]).kinds).not.toEqual([]);
  });

  test('waits until an erasure has ended', () => {
    expect(see([begun]).unfinished()).toBe('erasure 1 has not ended');
    expect(see([begun, ended]).unfinished()).toBeUndefined();
  });

  test('finds content that is left when it ends, or is stored afterwards', () => {
    const left = { items: [row({ body: 'x' })] };
    expect(() => see([begun, ended], left)).toThrow('erasure: #1 was erased');
    const stored = written('resources', undefined, row({ contentHash: 'x' }));
    expect(() => see([stored, begun, ended])).not.toThrow();
    expect(() => see([begun, ended, stored])).toThrow('holds its contentHash');
    const later = submission({ sentAt: 9_000 });
    expect(() => see([begun, ended, stored], { its: [later] })).not.toThrow();
  });

  test('finds content of an entry, also of its delivery', () => {
    const entered = (pk: string, fields: object) =>
      written('quarantine', undefined, { pk, status: 'quarantined', ...fields });
    const outcome = (rule: string) => ({ outcome: `{"code":"${rule}"}` });
    for (const pk of ['m1', 'delivery#m1']) {
      expect(() => see([begun, ended, entered(pk, outcome('other'))])).toThrow('its outcome');
    }
    expect(() => see([begun, ended, entered('m1', outcome('message/erased'))])).not.toThrow();
    const refused = entered('m1', { erasure: 1, file: 'ada.ndjson' });
    expect(() => see([begun, ended, refused])).toThrow('holds its file');
  });

  test('finds names in an entry for a missing object, except of one that was made before', () => {
    const missing = { file: 'ada.ndjson', outcome: '{"code":"claim-check/missing"}' };
    const entered = (quarantinedAt: number) =>
      written('quarantine', undefined, {
        ...{ pk: 'm1', status: 'quarantined', quarantinedAt },
        ...missing,
      });
    expect(() => see([begun, ended, entered(2_000)])).toThrow('its file, outcome');
    expect(() => see([begun, ended, entered(1_999)])).not.toThrow();
  });

  test('finds bodies in the bucket, except on their way and of operators', () => {
    const key = 'quarantine/m1/h';
    expect(() => see([put(key), begun, ended])).not.toThrow();
    expect(() => see([begun, ended, put(key)])).toThrow(`the bucket holds ${key}`);
    expect(() => see([begun, ended, put('hops/m1/h')])).not.toThrow();
    expect(() => see([begun, ended, put('submissions/x')])).not.toThrow();
    expect(() => see([begun, ended, [put(key), hostAt('operator#1')]])).not.toThrow();
    const again = submission({ messageId: 'm2', sentAt: 9_000 });
    expect(() => see([begun, ended, put(key)], { its: [submission(), again] })).not.toThrow();
  });

  test('finds an object of a producer, except one whose put came late', () => {
    expect(() => see([begun, ended], { puts: [1_999] })).toThrow('the bucket holds submissions/x');
    expect(() => see([begun, ended], { puts: [2_001] })).not.toThrow();
    const next = [
      { number: 2, at: 9_000 },
      { number: 2, endedAt: 9_500 },
    ].map((fields) =>
      written('erasures', fields.at === undefined ? {} : undefined, { pk: 'erasures', ...fields }),
    );
    expect(() => see([begun, ended, ...next], { puts: [2_001] }).end()).not.toThrow();
  });

  test('finds what is sent to a FHIR server afterwards', () => {
    const call = { number: 1, method: 'PUT', url: 'u', headers: {}, body: text, begunAt: 0 };
    const requested: Effect = { kind: 'requested', call };
    expect(() => see([requested, begun, ended])).not.toThrow();
    expect(() => see([begun, ended, requested])).toThrow('erasure: #1 is sent to u');
  });

  test('finds what is lost with it', () => {
    const erased = written('resources', row({ body: 'x' }), row({ erasure: 1 }));
    expect(() => see([begun, erased])).not.toThrow();
    const its = [submission({ patients: ['p2'] })];
    expect(() => see([begun, erased], { its })).toThrow('no erasure covers it');
  });

  test('finds a body that is lost with it, except what its producer may have deleted', () => {
    const its = [submission({ patients: ['p2'] })];
    const holding = (key: string) => [row({ bodyS3: { bucket: 'bodies-0', key } })];
    const end = (key: string) => see([begun, ended], { its, items: holding(key) }).end();
    expect(() => end('quarantine/m1/h')).toThrow('has lost its body quarantine/m1/h');
    expect(() => end('resources/m1/h')).toThrow('has lost its body');
    expect(() => end('submissions/x')).not.toThrow();
  });
});

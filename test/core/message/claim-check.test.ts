import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Claimant,
  canaryKeyOf,
  carriageOf,
  claimCheckTo,
  claimIn,
  hopsOf,
  pinned,
  submissionsOf,
} from '../../../core/message/claim-check.ts';

const readCarriage = (body: string, claimant: Claimant) => carriageOf(claimIn(body), claimant);
const OURS = 'fhir-failsafe-dev-bodies-000000000000';
const claimCheck = (bucket: string, key: string) => JSON.stringify({ s3: { bucket, key } });
const account: Claimant = { bucket: OURS, source: undefined };
const hospital: Claimant = { bucket: OURS, source: 'hospital-a' };
const laid = { bucket: OURS, key: `hops/critical/m/${'a'.repeat(64)}` };

test('a resource travels inline', () => {
  for (const body of ['{"resourceType":"Patient"}', '', 'not JSON', '{"a":{"s3":1}}', 's3']) {
    expect(readCarriage(body, account)).toEqual({ kind: 'inline' });
  }
});

test.each(['submissions/abc', 'submissions/lab/abc', 'submissions/é..x'])(
  'a claim check must name our own bucket, if the account is the only source: %s',
  (key) => {
    const body = ` ${claimCheck(OURS, key)}\n`;
    const expected = { kind: 'claim-check', isOurs: false, s3: { bucket: OURS, key } };
    expect(readCarriage(body, account)).toEqual(expected);
  },
);

test.each([
  ['a foreign bucket', claimCheck('theirs', 'submissions/a'), 'not ours'],
  ['a quarantined body', claimCheck(OURS, 'quarantine/m/a'), 'submissions/'],
  ['a stored resource', claimCheck(OURS, 'resources/m/a'), 'submissions/'],
  ['a hop of our own', claimCheck(OURS, laid.key), 'submissions/'],
  ['a hop of a former version', claimCheck(OURS, `hops/m/${'a'.repeat(64)}`), 'submissions/'],
  ['a path out of the prefix', claimCheck(OURS, 'submissions/../quarantine/a'), 'S3'],
  ['a path with a dot segment', claimCheck(OURS, 'submissions/./a'), 'S3'],
  ['a key that is not a string', claimCheck(OURS, 'submissions/\ud800'), 'S3'],
  ['a key of 1,213 bytes', claimCheck(OURS, `submissions/m${'é'.repeat(600)}`), 'S3'],
  [
    'a version that is not a string',
    claimCheckTo({ bucket: OURS, key: 'submissions/a', versionId: '\ud800' }),
    'S3',
  ],
  ['no key', `{"s3":{"bucket":"${OURS}"}}`, '{"s3":{"bucket","key"}}'],
  ['an additional property', `{"s3":{"bucket":"${OURS}","key":"submissions/a"},"x":1}`, '{"s3"'],
  ['no JSON', '{"s3":', '{"s3"'],
])('%s is refused', (_, body, problem) => {
  const carriage = readCarriage(body, account);
  expect(carriage.kind).toBe('refused');
  expect(carriage.kind === 'refused' && carriage.problem).toContain(problem);
});

describe('R62: a text that begins like a claim check', () => {
  const longest = { bucket: 'b'.repeat(63), key: 'k'.repeat(1024), versionId: 'v'.repeat(1024) };
  const escaped = (text: string) =>
    text.replaceAll(/[kv]/g, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`);

  test('is read if it is as long as one can be, and has white space', () => {
    const { bucket, key, versionId } = longest;
    const body = `{"s3":{"bucket":"${bucket}","key":"${escaped(key)}","versionId":"${escaped(versionId)}"}}`;
    expect(claimIn(body + ' '.repeat(10_000))).toMatchObject({ kind: 'claim-check', s3: longest });
  });

  test('is refused unread if it is longer: of 10 MiB, deeply nested, it would need 700 MB', () => {
    const shape = { kind: 'refused', rule: 'claim-check/shape' };
    expect(claimIn(claimCheck(OURS, 'submissions/a') + ' '.repeat(64 * 1024))).toMatchObject(shape);
    const startedAt = performance.now();
    expect(claimIn(`{"s3":${'['.repeat(10 * 1024 * 1024)}`)).toMatchObject(shape);
    expect(performance.now() - startedAt).toBeLessThan(500);
  });
});

describe('R51: a source may name only objects in its own folder', () => {
  test('with a version or without', () => {
    const s3 = { bucket: OURS, key: 'submissions/hospital-a/x', versionId: 'v1' };
    const expected = { kind: 'claim-check', isOurs: false, s3 };
    expect(readCarriage(claimCheckTo(s3), hospital)).toEqual(expected);
  });

  test.each([
    'submissions/x',
    'submissions/lab/x',
    'submissions/hospital-ab/x',
    'submissions/hospital-a',
    'submissions/hospital-a/../lab/x',
    laid.key,
  ])('so %s is refused', (key) => {
    expect(readCarriage(claimCheck(OURS, key), hospital).kind).toBe('refused');
  });

  test('a body that a hop stored is read as its envelope says, whatever the body says', () => {
    const expected = { kind: 'claim-check', isOurs: true, s3: laid };
    for (const body of [claimCheckTo(laid), claimCheck(OURS, 'submissions/lab/x'), '{}']) {
      expect(readCarriage(body, { ...hospital, laid })).toEqual(expected);
    }
  });

  test('during an upgrade old keys are read, on our own queues those of hops', () => {
    const hop = claimCheck(OURS, `hops/m/${'a'.repeat(64)}`);
    const kindOf = (body: string, hops: boolean) =>
      readCarriage(body, { ...hospital, former: { hops } }).kind;
    expect(kindOf(claimCheck(OURS, 'submissions/x'), false)).toBe('claim-check');
    expect(kindOf(claimCheck(OURS, 'submissions/lab/x'), true)).toBe('refused');
    expect(kindOf(claimCheck(OURS, laid.key), true)).toBe('refused');
    expect(kindOf(hop, false)).toBe('refused');
    expect(readCarriage(hop, { ...hospital, former: { hops: true } })).toMatchObject({
      isOurs: true,
    });
  });

  test('no folder is inside another one, or has a special meaning to S3 or a policy (property)', () => {
    const label = fc.string({ minLength: 1, maxLength: 128, unit: 'grapheme-ascii' });
    fc.assert(
      fc.property(label, label, (one, other) => {
        const [a, b] = [submissionsOf(one), submissionsOf(other)];
        expect(a).toMatch(/^submissions\/(?!\.+\/)[\w.~%-]{1,384}\/$/);
        expect(a.startsWith(b)).toBe(one === other);
      }),
    );
    expect(submissionsOf('..')).toBe('submissions/%2E%2E/');
    expect(submissionsOf('€'.repeat(128)).length).toBeLessThan(400);
    expect(submissionsOf('\ud800')).toBe(submissionsOf('\ufffd'));
  });
});

test('R51: hops of each lane, and the canary, have a folder of their own', () => {
  expect(hopsOf('critical')).toBe('hops/critical/');
  expect(canaryKeyOf('background')).toBe('hops/background/.canary');
});

test('for producers’ objects the version is recorded', () => {
  const theirs = claimIn(claimCheck(OURS, 'submissions/a'));
  expect(pinned(theirs, 'v1')).toMatchObject({ s3: { versionId: 'v1' } });
  expect(pinned(theirs, undefined)).toBe(theirs);
  const ours = readCarriage('', { ...account, laid });
  expect(pinned(ours, 'v1')).toBe(ours);
  expect(pinned({ kind: 'inline' }, 'v1')).toEqual({ kind: 'inline' });
});

test('whatever the body holds, reading it does not throw', () => {
  const body = fc.oneof(
    fc.string(),
    fc.json(),
    fc.string().map((rest) => `{"s3":${rest}`),
  );
  fc.assert(
    fc.property(body, (text) => {
      expect(['inline', 'claim-check', 'refused']).toContain(readCarriage(text, account).kind);
    }),
  );
});

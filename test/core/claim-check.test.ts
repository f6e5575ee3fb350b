import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readCarriage } from '../../core/claim-check.ts';

const OURS = 'fhir-failsafe-dev-bodies-000000000000';
const claimCheck = (bucket: string, key: string) => JSON.stringify({ s3: { bucket, key } });

test('a resource travels inline', () => {
  for (const body of ['{"resourceType":"Patient"}', '', 'not JSON', '{"a":{"s3":1}}', 's3']) {
    expect(readCarriage(body, OURS)).toEqual({ kind: 'inline' });
  }
});

test.each(['submissions/abc', 'hops/m/abc', 'submissions/é..x', `hops/${'a'.repeat(1_019)}`])(
  'a claim check in our own bucket: %s',
  (key) => {
    const body = ` ${claimCheck(OURS, key)}\n`;
    const expected = { kind: 'claim-check', claimCheck: { s3: { bucket: OURS, key } } };
    expect(readCarriage(body, OURS)).toEqual(expected);
  },
);

test.each([
  ['a foreign bucket', claimCheck('theirs', 'submissions/a'), 'not ours'],
  ['a quarantined body', claimCheck(OURS, 'quarantine/m/a'), 'submissions/'],
  ['a stored resource', claimCheck(OURS, 'resources/m/a'), 'submissions/'],
  ['a way out of the prefix', claimCheck(OURS, 'submissions/../quarantine/a'), 'S3'],
  ['a way to itself', claimCheck(OURS, 'submissions/./a'), 'S3'],
  ['a key that is no text', claimCheck(OURS, 'submissions/\ud800'), 'S3'],
  ['a key of 1,206 bytes', claimCheck(OURS, `hops/m${'é'.repeat(600)}`), 'S3'],
  ['no key', `{"s3":{"bucket":"${OURS}"}}`, '{"s3":{"bucket","key"}}'],
  ['something beside it', `{"s3":{"bucket":"${OURS}","key":"hops/a"},"x":1}`, '{"s3"'],
  ['no JSON', '{"s3":', '{"s3"'],
])('refused is %s', (_, body, problem) => {
  const carriage = readCarriage(body, OURS);
  expect(carriage.kind).toBe('refused');
  expect(carriage.kind === 'refused' && carriage.problem).toContain(problem);
});

test('whatever the body holds, reading it does not throw', () => {
  const body = fc.oneof(
    fc.string(),
    fc.json(),
    fc.string().map((rest) => `{"s3":${rest}`),
  );
  fc.assert(
    fc.property(body, (text) => {
      expect(['inline', 'claim-check', 'refused']).toContain(readCarriage(text, OURS).kind);
    }),
  );
});

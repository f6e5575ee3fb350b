import fc from 'fast-check';
import { expect, test } from 'vitest';
import { verdictOn } from '../../../functions/validate/verdict-on.ts';
import { RESULT_BYTES_MAX } from '../../../packages/isolation/ledger.ts';
import { invalidPatient, patient } from '../../support/resources.ts';

test('a valid resource has its type and id', () => {
  expect(verdictOn(patient({ id: 'p-1' }), { issuesMax: 100 })).toEqual({
    kind: 'valid',
    resourceType: 'Patient',
    id: 'p-1',
    issues: [],
  });
});

test('an invalid one has its issues', () => {
  expect(verdictOn(invalidPatient('p-2'), { issuesMax: 100 })).toMatchObject({
    kind: 'invalid',
    resourceType: 'Patient',
    id: 'p-2',
    issues: [{ severity: 'error', expression: 'Patient.gender' }],
  });
});

test.each(['', 'not JSON', '[]', 'null', '"text"', '{}', '{"resourceType":"Spaceship"}'])(
  'R07: %j is rejected with a reason, never a crash',
  (text) => {
    const verdict = verdictOn(text, { issuesMax: 100 });
    expect(verdict.kind).toBe('invalid');
    expect(verdict.kind === 'invalid' && verdict.issues[0]?.text).toBeTruthy();
  },
);

test('no JSON value makes it crash', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(verdictOn(JSON.stringify(value), { issuesMax: 100 }).kind).toBe('invalid');
    }),
  );
});

test('R07: a verdict with too many issues is cut, and keeps an error', () => {
  const identifier = Array.from({ length: 3_000 }, (_, n) => ({ use: `${n}`.padEnd(900, 'x') }));
  const verdict = verdictOn(patient({ identifier }), { issuesMax: 10_000 });
  expect(verdict.kind).toBe('invalid');
  expect(Buffer.byteLength(JSON.stringify(verdict))).toBeLessThan(RESULT_BYTES_MAX);
  expect(verdict.kind === 'invalid' && verdict.issues[0]?.severity).toBe('error');
});

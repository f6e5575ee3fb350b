import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  crashFingerprint,
  normaliseReason,
  refusalFingerprint,
  rejectionFingerprint,
  undeliveredFingerprint,
} from '../../../core/message/fingerprint.ts';
import type { Issue } from '../../../packages/fhir-validator/issue.ts';

const error = (expression?: string, code = 'value', text = 'wrong'): Issue => ({
  severity: 'error',
  code,
  text,
  ...(expression !== undefined && { expression }),
});

test('undelivered resources have one fingerprint for each answer of the server', () => {
  const [a, b] = ['answered 422', 'answered 404'].map((r) => undeliveredFingerprint('deliver', r));
  expect(a).toMatch(/^[0-9a-f]{16}$/);
  expect(a).not.toBe(b);
});

test('reasons that differ only in numbers, ids, quotes and spaces are equal', () => {
  expect(normaliseReason('no  verdict within 5000 ms')).toBe('no verdict within # ms');
  expect(normaliseReason(`bad "Doe" and 'Jane' and \`x\``)).toBe('bad "…" and "…" and "…"');
  expect(normaliseReason('id 0b1c2d3e-1111-2222-3333-444455556666 at a.js:10:3')).toBe(
    'id # at a.js:#:#',
  );
  expect(crashFingerprint('validate', 'exit', 'exited with code 1')).toBe(
    crashFingerprint('validate', 'exit', 'exited with code 134'),
  );
});

test('component, kind and reason each make a difference', () => {
  const prints = [
    crashFingerprint('validate', 'exit', 'a'),
    crashFingerprint('deliver', 'exit', 'a'),
    crashFingerprint('validate', 'timeout', 'a'),
    crashFingerprint('validate', 'exit', 'b'),
    rejectionFingerprint('validate', [error('Patient.name')]),
    rejectionFingerprint('validate', [error('Patient.gender')]),
    rejectionFingerprint('validate', [error('Patient.gender', 'structure')]),
    rejectionFingerprint('validate', [error()]),
    refusalFingerprint('validate', 'lane'),
    refusalFingerprint('validate', 'size'),
    rejectionFingerprint('validate', [{ ...error(), plugin: 'cpf' }]),
    rejectionFingerprint('validate', [{ ...error(), rule: 'text/blank' }]),
    rejectionFingerprint('validate', [{ ...error(), rule: 'claim-check/missing' }]),
  ];
  expect(new Set(prints).size).toBe(prints.length);
  expect(prints.every((print) => /^[0-9a-f]{16}$/.test(print))).toBe(true);
});

test('R07: a failure has the fingerprint that earlier releases gave it', () => {
  const issues = [error('Patient.name[0]'), { ...error('Patient'), rule: 'dom-6', plugin: 'cpf' }];
  expect([
    rejectionFingerprint('validate', issues),
    refusalFingerprint('validate', 'rate'),
    crashFingerprint('validate', 'timeout', 'no verdict within 5000 ms'),
    undeliveredFingerprint('deliver', 'answered 422'),
  ]).toEqual(['cd78aa37989f5d9f', '6bed295afcb9d8de', '6be0dce454a2bda6', '52760092d30d9160']);
});

test('R08: names that a sender made up around a fault of the text make no difference', () => {
  const at = (place: string) => [{ ...error(place), rule: 'fhir-r4/lone-surrogate' }];
  const [jane, john, other] = ['Patient.jane.doe', 'Patient.john[0].roe', 'Group.jane'].map(
    (place) => rejectionFingerprint('validate', at(place)),
  );
  expect(jane).toBe(john);
  expect(jane).not.toBe(other);
});

test('for a rejection, indices, order, repetition, warnings and texts make no difference (R08)', () => {
  const place = fc.constantFrom('Patient.name', 'Patient.contact', 'Patient.link');
  fc.assert(
    fc.property(
      fc.uniqueArray(place, { minLength: 1 }),
      fc.array(fc.nat(9), { minLength: 3, maxLength: 3 }),
      fc.string(),
      (places, indices, text) => {
        const plain = places.map((one) => error(one));
        const varied = places
          .toReversed()
          .flatMap((one, n) => [error(`${one}[${indices[n]}]`, 'value', text), error(one)]);
        const warning: Issue = { severity: 'warning', code: 'value', text, expression: 'X' };
        expect(rejectionFingerprint('validate', [...varied, warning])).toBe(
          rejectionFingerprint('validate', plain),
        );
      },
    ),
  );
});

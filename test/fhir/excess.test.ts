import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { excessOf } from '../../fhir/text/excess.ts';
import { validateText } from '../../fhir/validator.ts';
import { readExamples } from './support/examples.ts';

const TIMES = 12_000;
const many = (item: (n: number) => string, times = TIMES) =>
  `{"resourceType":"Patient","extension":[${Array.from({ length: times }, (_, n) => item(n)).join(',')}]}`;

describe('R62: what costs far more memory than its text is told before it is parsed', () => {
  test.each([
    ['empty objects', many(() => '{}')],
    ['empty objects with space in them', many(() => '{ \n}')],
    ['empty arrays', many(() => '[]')],
    ['arrays within arrays', many(() => '[0]')],
    ['empty ones of both kinds', many((n) => (n % 2 === 0 ? '{}' : '[ ]'))],
    ['names', many((n) => `{"n${n}":0}`)],
    ['names in one object', `{${Array.from({ length: TIMES }, (_, n) => `"n${n}" : 0`).join()}}`],
    ['arrays without end', '['.repeat(2_000)],
    ['objects without end', `${'{"a":'.repeat(2_000)}1${'}'.repeat(2_000)}`],
  ])('%s', (_, text) => {
    expect(excessOf(text)).toMatch(/^(More than|Nested deeper)/);
  });
});

describe('R62: what may be in a resource is no excess', () => {
  test.each([
    ['brackets in strings', many(() => '{"url":"[[[[{}[]{{{{"}')],
    ['quotes in strings', many(() => '{"url":"\\"[[\\\\"}')],
    ['few empty ones', many(() => '{}', 9_000)],
    ['the same names', many(() => '{"url":"u","valueCoding":{"code":"c"},"_url":{"id":"a"}}')],
    ['names as values', many((n) => `{"url":"u${n}"}`)],
    [
      'elements as deep as the validator follows',
      many(() => `${'{"extension":['.repeat(199)}0${']}'.repeat(199)}`, 20),
    ],
    ['no JSON', `"${'\\'.repeat(10_001)}`],
    ['closing brackets alone', ']}'.repeat(20_000)],
  ])('%s', (_, text) => {
    expect(excessOf(text)).toBeUndefined();
  });

  test('the official examples have none', () => {
    const examples = readExamples();
    expect(examples.length).toBeGreaterThan(700);
    expect(examples.filter(({ text }) => excessOf(text) !== undefined)).toEqual([]);
  });

  test('whatever has some is no valid resource, however it is built', () => {
    let found = 0;
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), fc.constantFrom(2_000, 20_000), (item, times) => {
        const text = `{"resourceType":"Parameters","parameter":[${`${item},`.repeat(times)}0]}`;
        if (excessOf(text) === undefined) return;
        found += 1;
        const { issues } = validateText(text);
        expect(issues.some(({ severity }) => severity === 'error')).toBe(true);
      }),
      { numRuns: 60 },
    );
    expect(found).toBeGreaterThan(0);
  });
});

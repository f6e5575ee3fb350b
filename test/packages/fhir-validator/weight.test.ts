import { describe, expect, test } from 'vitest';
import { CHARACTERS, VALID } from '../../../bench/resource-size/shapes.ts';
import { heapBytes } from '../../../packages/fhir-validator/text/weight.ts';
import { charactersFor, heapMbFor } from '../../../packages/isolation/heap-size.ts';
import { readExamples } from './support/examples.ts';

const MIB = 2 ** 20;
/** Bytes of a worker's heap for each character, at any size (packages/fhir-validator/text/weight.ts). */
const BYTES_MAX = (0.8 * MIB * (heapMbFor(2 * MIB) - heapMbFor(MIB))) / MIB;
const weightOf = (text: string) => heapBytes(text) / text.length;

const TIMES = 100_000;
const many = (item: (n: number) => string) =>
  `{"resourceType":"Patient","x":[${Array.from({ length: TIMES }, (_, n) => item(n)).join()}]}`;

describe('R62: a text that no resource has, and that takes far more memory than its length, is too heavy', () => {
  test.each([
    ['empty objects', many(() => '{}')],
    ['empty arrays', many(() => '[]')],
    ['arrays within arrays', many(() => '[0]')],
    ['empty objects and arrays', many((n) => (n % 2 === 0 ? '{}' : '[]'))],
    ['names', many((n) => `{"n${n}":0}`)],
    ['names in one object', `{${Array.from({ length: TIMES }, (_, n) => `"n${n}" : 0`).join()}}`],
    ['arrays without end', '['.repeat(TIMES)],
    ['objects without end', `${'{"a":'.repeat(TIMES)}1${'}'.repeat(TIMES)}`],
  ])('%s', (_, text) => {
    expect(weightOf(text)).toBeGreaterThan(BYTES_MAX);
  });
});

describe('R62: anything that a resource may contain is not too heavy, at any size', () => {
  test.each(Object.entries(VALID))('%s', (_, make) => {
    for (const characters of Object.values(CHARACTERS)) {
      expect(weightOf(make(MIB, characters))).toBeLessThan(BYTES_MAX);
    }
  });

  test.each([
    ['brackets in strings', many(() => '{"url":"[[[[{}[]{{{{"}')],
    ['quotes in strings', many(() => '{"url":"\\"[[\\\\"}')],
    ['the same names', many(() => '{"url":"u","valueCoding":{"code":"c"},"_url":{"id":"a"}}')],
    ['names as values', many((n) => `{"url":"u${n}"}`)],
    ['short strings', many((n) => `"${n % 90}"`)],
    ['no JSON', `"${'\\'.repeat(TIMES)}`],
    ['closing brackets alone', ']}'.repeat(TIMES)],
  ])('%s', (_, text) => {
    expect(weightOf(text)).toBeLessThan(BYTES_MAX);
  });

  test('the official examples', () => {
    const examples = readExamples();
    expect(examples.length).toBeGreaterThan(700);
    // A text that fits into the smallest worker is not weighed.
    const large = examples.filter(({ text }) => text.length > charactersFor(32));
    expect(large.length).toBeGreaterThan(0);
    for (const { text } of large) expect(weightOf(text)).toBeLessThan(BYTES_MAX);
  });
});

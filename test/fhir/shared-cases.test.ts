/** HL7's own cases and Synthea's resources, read in place; skipped where they are not. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { validateText } from '../../fhir/validator.ts';

const CASES = '/work/shared/fhir-cases';
const SYNTHEA = '/work/shared/data/synthea';

interface Case {
  readonly name: string;
  readonly file: string;
  readonly tier: 'core' | 'rule';
  readonly expected: 'accept' | 'reject';
}

const errorsOf = (text: string) =>
  validateText(text).issues.filter((each) => each.severity === 'error');

describe.skipIf(!existsSync(CASES))('official validator cases', () => {
  const cases: Case[] = existsSync(CASES)
    ? JSON.parse(readFileSync(`${CASES}/cases.json`, 'utf8'))
    : [];
  const wrong = cases.filter(({ file, expected }) => {
    const isRejected = errorsOf(readFileSync(`${CASES}/${file}`, 'utf8')).length > 0;
    return isRejected !== (expected === 'reject');
  });
  const of = (tier: string, expected: string) =>
    wrong
      .filter((each) => each.tier === tier && each.expected === expected)
      .map(({ name }) => name);

  test('all 72 that are valid are accepted', () => expect(of('core', 'accept')).toEqual([]));
  test('all 24 that the definitions decide are rejected', () => {
    expect(of('core', 'reject')).toEqual([]);
  });
  test('all 16 of the rules in prose are rejected', () => expect(of('rule', 'reject')).toEqual([]));
});

describe.skipIf(!existsSync(SYNTHEA))('Synthea', () => {
  const files = existsSync(SYNTHEA)
    ? readdirSync(SYNTHEA).filter((each) => each.endsWith('.ndjson.gz'))
    : [];

  test.each(files)('all of %s is accepted', (file) => {
    const lines = gunzipSync(readFileSync(`${SYNTHEA}/${file}`))
      .toString()
      .split('\n');
    const resources = lines.filter((line) => line !== '');
    expect(resources.length).toBeGreaterThan(0);
    expect(resources.flatMap(errorsOf)).toEqual([]);
  });
});

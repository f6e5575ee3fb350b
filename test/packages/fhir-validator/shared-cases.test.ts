/** HL7's own cases and Synthea's resources, read in place; skipped if they are not there. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { validateText } from '../../../packages/fhir-validator/validator.ts';

const CASES = '/work/shared/fhir-cases';
const FAULTS = '/work/shared/faults/fhir';
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

  test('all 72 valid cases are accepted', () => expect(of('core', 'accept')).toEqual([]));
  test('all 24 cases that violate the definitions are rejected', () => {
    expect(of('core', 'reject')).toEqual([]);
  });
  test('all 16 cases that violate rules in prose are rejected', () =>
    expect(of('rule', 'reject')).toEqual([]));
});

describe.skipIf(!existsSync(SYNTHEA))('Synthea', () => {
  const files = existsSync(SYNTHEA)
    ? readdirSync(SYNTHEA).filter((each) => each.endsWith('.ndjson.gz'))
    : [];

  test.each(files)('all resources of %s are accepted', (file) => {
    const lines = gunzipSync(readFileSync(`${SYNTHEA}/${file}`))
      .toString()
      .split('\n');
    const resources = lines.filter((line) => line !== '');
    expect(resources.length).toBeGreaterThan(0);
    expect(resources.flatMap(errorsOf)).toEqual([]);
  });
});

describe.skipIf(!existsSync(FAULTS))('faults that were reported stay repaired', () => {
  /**
   * HL7's validator accepts one and refuses the other, and official examples contain both, so they are
   * warnings.
   */
  const WARNED = ['canonical-relative', 'whitespace-only-string'];
  const names = existsSync(FAULTS)
    ? readdirSync(FAULTS).flatMap((each) => /^(?!cli-)(.*)\.json$/.exec(each)?.[1] ?? [])
    : [];

  test.each(names)('%s', (name) => {
    const right = /^- right: (\w+)/m.exec(readFileSync(`${FAULTS}/${name}.md`, 'utf8'))?.[1];
    const { issues } = validateText(readFileSync(`${FAULTS}/${name}.json`, 'utf8'));
    const severities = new Set(
      issues.filter(({ rule }) => rule !== 'dom-6').map(({ severity }) => severity),
    );
    const isRejected = right === 'reject' && !WARNED.includes(name);
    expect(severities.has('error')).toBe(isRejected);
    if (WARNED.includes(name)) expect(severities.has('warning')).toBe(true);
  });
});

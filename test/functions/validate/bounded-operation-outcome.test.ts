import { describe, expect, it } from 'vitest';
import { boundedOutcome } from '../../../functions/validate/bounded-operation-outcome.ts';
import type { Issue } from '../../../packages/fhir-validator/issue.ts';
import { operationOutcome } from '../../../packages/fhir-validator/operation-outcome.ts';

const KB = 1024;
const issues = (count: number, characters: number, severity: Issue['severity'] = 'error') =>
  Array.from({ length: count }, (_, n) => ({
    severity,
    code: 'invalid',
    text: `${n}: ${'x'.repeat(characters)}`,
    expression: `Patient.name[${n}]`,
  }));
const kept = (all: readonly Issue[], bytesMax = 8 * KB) => {
  const text = boundedOutcome(all, bytesMax);
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(bytesMax);
  return (JSON.parse(text) as { issue: { severity: string; diagnostics: string }[] }).issue;
};

describe('the stored OperationOutcome of a rejection', () => {
  it('is whole if it fits', () => {
    const few = issues(10, 100);
    expect(boundedOutcome(few, 8 * KB)).toBe(JSON.stringify(operationOutcome(few)));
  });

  it('has the first issues and says how many more there were', () => {
    const found = kept(issues(100, 1_000));
    expect(found.length).toBeGreaterThan(5);
    expect(found[0]?.diagnostics).toMatch(/^0: x/);
    expect(found.at(-1)).toEqual({
      severity: 'information',
      code: 'too-long',
      diagnostics: `and ${100 - (found.length - 1)} more issues`,
    });
  });

  it('R07: has the error even if a flood of warnings comes before it', () => {
    const [first] = kept([...issues(99, 1_000, 'warning'), ...issues(1, 10)]);
    expect(first?.severity).toBe('error');
  });

  it.each([
    ['one text that is too long', issues(1, 300 * KB)],
    ['escapes', issues(100, 0).map((issue) => ({ ...issue, text: '\u0001'.repeat(60_000) }))],
    [
      'characters of four bytes',
      issues(100, 0).map((issue) => ({ ...issue, text: '𠮷'.repeat(9_000) })),
    ],
    ['long places', issues(3, 10).map((issue) => ({ ...issue, expression: 'a.'.repeat(90_000) }))],
    ['many short issues', issues(10_000, 1)],
  ])('is limited in size: %s', (_, all) => {
    for (const bytesMax of [4 * KB, 8 * KB, 64 * KB]) {
      expect(kept(all, bytesMax)[0]?.severity).toBe('error');
    }
  });
});

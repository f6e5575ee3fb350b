import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Answer,
  ageOf,
  boundedIssues,
  keyOf,
  questionsOf,
  type Reply,
  staleReply,
  withReplies,
} from '../../../core/delivery/terminology.ts';
import type { BoundCoding, Issue, Undecided } from '../../../packages/fhir-validator/issue.ts';

const LOINC = { system: 'http://loinc.org', code: '2339-0' };
const LOCAL = { system: 'http://example.org/local', version: '2', code: 'glu' };
const HOUR = 60 * 60_000;

function issue(strength: Undecided['strength'], ...codings: BoundCoding[]): Issue {
  const undecided = { valueSet: 'http://vs', strength, codings, otherwise: 'not in http://vs' };
  return {
    severity: 'information',
    code: 'incomplete',
    text: 'The code was not verified',
    expression: 'Observation.code',
    undecided,
  };
}
const warning: Issue = { severity: 'warning', code: 'invariant', text: 'dom-6' };
const by = (replies: Record<string, Reply>) => (question: { coding: BoundCoding }) =>
  replies[question.coding.code] ?? 'none';

describe('questions to the terminology server', () => {
  test('are distinct by value set, system, version and code', () => {
    const issues = [issue('required', LOINC, LOCAL), warning, issue('extensible', LOINC)];
    expect([...questionsOf(issues).values()]).toEqual([
      { valueSet: 'http://vs', coding: LOINC },
      { valueSet: 'http://vs', coding: LOCAL },
    ]);
    const keys = [LOINC, LOCAL, { ...LOCAL, version: '3' }, { ...LOINC, code: 'x' }].map((coding) =>
      keyOf({ valueSet: 'http://vs', coding }),
    );
    expect(new Set(keys).size).toBe(4);
    expect(keyOf({ valueSet: 'http://other', coding: LOINC })).not.toBe(keys[0]);
  });
});

describe('an undecided binding', () => {
  test('is satisfied by one coding in the set', () => {
    const replies = by({ '2339-0': 'in-set', glu: 'not-in-set' });
    expect(withReplies([issue('required', LOCAL, LOINC), warning], replies)).toEqual([warning]);
  });

  test.each([
    ['required', 'error'],
    ['extensible', 'warning'],
  ] as const)('without a coding in the %s set gives: %s', (strength, severity) => {
    const replies = by({ '2339-0': 'not-in-set', glu: 'not-in-set' });
    expect(withReplies([issue(strength, LOCAL, LOINC)], replies)).toEqual([
      { severity, code: 'code-invalid', text: 'not in http://vs', expression: 'Observation.code' },
    ]);
  });

  test.each([
    ['none', 'the terminology server could not be asked'],
    ['unknown', 'the terminology server does not know'],
    ['unasked', 'not asked, for there were too many to ask'],
  ] as const)('stays information after a reply of %s', (reply, why) => {
    const replies = by({ '2339-0': reply, glu: 'not-in-set' });
    expect(withReplies([issue('required', LOCAL, LOINC)], replies)).toEqual([
      {
        severity: 'information',
        code: 'incomplete',
        text: `The code was not verified: ${why}`,
        expression: 'Observation.code',
      },
    ]);
  });

  test('never becomes an error without an answer, and no question is left', () => {
    const reply = fc.constantFrom<Reply>('in-set', 'not-in-set', 'unknown', 'none', 'unasked');
    const strength = fc.constantFrom<Undecided['strength']>('required', 'extensible');
    fc.assert(
      fc.property(fc.array(reply, { minLength: 1, maxLength: 4 }), strength, (replies, binding) => {
        const codings = replies.map((_, n) => ({ system: 's', code: String(n) }));
        const [left, ...more] = withReplies(
          [issue(binding, ...codings)],
          ({ coding }) => replies[Number(coding.code)] ?? 'none',
        );
        const isDenied = replies.every((each) => each === 'not-in-set');
        expect(left?.severity === 'error').toBe(isDenied && binding === 'required');
        expect(left === undefined).toBe(replies.includes('in-set'));
        expect(left?.undecided).toBeUndefined();
        expect(more).toEqual([]);
      }),
    );
  });
});

describe('the age of an answer', () => {
  const ageing = { freshMs: 24 * HOUR, staleMs: 30 * 24 * HOUR };
  const at = (answer: Answer) => ({ answer, checkedAt: 1_000 });

  test.each([
    ['in-set', 24 * HOUR],
    ['not-in-set', HOUR],
    ['unknown', HOUR],
  ] as const)('%s is fresh until exactly its limit', (answer, freshMs) => {
    expect(ageOf(at(answer), 1_000 + freshMs - 1, ageing)).toBe('fresh');
    expect(ageOf(at(answer), 1_000 + freshMs, ageing)).toBe('stale');
    expect(ageOf(at(answer), 1_000 + ageing.staleMs, ageing)).toBe('expired');
  });

  test('a limit below an hour holds for all answers', () => {
    const short = { ...ageing, freshMs: 1_000 };
    expect(ageOf(at('not-in-set'), 2_000, short)).toBe('stale');
  });

  test('only "in the set" is used when it is stale', () => {
    const now = 1_000 + 25 * HOUR;
    expect(staleReply(at('in-set'), now, ageing)).toBe('in-set');
    expect(staleReply(at('not-in-set'), now, ageing)).toBe('none');
    expect(staleReply(at('unknown'), now, ageing)).toBe('none');
    expect(staleReply(undefined, now, ageing)).toBe('none');
    expect(staleReply(at('in-set'), 1_000 + ageing.staleMs, ageing)).toBe('none');
  });
});

test('R07: an error is kept when issues must be dropped', () => {
  const error: Issue = { severity: 'error', code: 'code-invalid', text: 'late' };
  expect(boundedIssues([warning, error], 2)).toEqual([warning, error]);
  expect(boundedIssues([warning, warning, error], 2)).toEqual([error, warning]);
});

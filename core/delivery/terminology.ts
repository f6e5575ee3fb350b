/**
 * What a terminology server's answer means for a resource.
 *
 * The validator decides value sets whose codes the definitions enumerate. For the others (LOINC, SNOMED CT,
 * UCUM, media types …) it reports which codings it could not decide, each as an issue of severity
 * `information`. If a server answers, the issue is replaced: it goes away if one coding is in the value
 * set, and becomes the validator's usual issue (an error if the binding is required, a warning if it is
 * extensible) if none is. If one of them has no answer, and no other is in the set, the issue stays: what
 * is not known rejects nothing.
 *
 * Answers age. A fresh one counts. Of a stale one, used while the server cannot be asked, only "in the set"
 * counts: an old "not in the set" may be wrong by now (terminologies grow), and an outage must reject
 * nothing. An answer is fresh strictly before its age reaches the limit.
 *
 * Source: https://hl7.org/fhir/R4/valueset-operation-validate-code.html,
 * https://hl7.org/fhir/R4/terminologies.html#strength
 */
import type { BoundCoding, Issue, Undecided } from '../../packages/fhir-validator/issue.ts';

/** Is this coding in this value set? */
export interface Question {
  readonly valueSet: string;
  readonly coding: BoundCoding;
}

/** `unknown`: the server answered that it does not know. */
export type Answer = 'in-set' | 'not-in-set' | 'unknown';

/** The result; `none` if there is no answer that counts, `unasked` if there were too many questions. */
export type Reply = Answer | 'none' | 'unasked';

export interface KnownAnswer {
  readonly answer: Answer;
  /** Epoch ms. */
  readonly checkedAt: number;
}

export interface Ageing {
  /** How long "in the set" is fresh. */
  readonly freshMs: number;
  /** How long it may be used in an outage. */
  readonly staleMs: number;
}

/** A code that is not in a set, or not known, may be soon: it is asked again earlier. */
const DENIED_FRESH_MS = 60 * 60_000;

/** One text for the same question, whoever asks. Codes and systems hold no line breaks. */
export function keyOf({ valueSet, coding }: Question): string {
  return [valueSet, coding.system, coding.version ?? '', coding.code].join('\n');
}

/** The distinct questions of these issues, by key. */
export function questionsOf(issues: readonly Issue[]): Map<string, Question> {
  const questions = new Map<string, Question>();
  for (const { undecided } of issues) {
    if (undecided === undefined) continue;
    for (const coding of undecided.codings) {
      const question = { valueSet: undecided.valueSet, coding };
      questions.set(keyOf(question), question);
    }
  }
  return questions;
}

export function ageOf(
  known: KnownAnswer,
  now: number,
  { freshMs, staleMs }: Ageing,
): 'fresh' | 'stale' | 'expired' {
  const age = now - known.checkedAt;
  const freshFor = known.answer === 'in-set' ? freshMs : Math.min(freshMs, DENIED_FRESH_MS);
  if (age < freshFor) return 'fresh';
  return age < staleMs ? 'stale' : 'expired';
}

/** What a stale answer is still good for. */
export function staleReply(known: KnownAnswer | undefined, now: number, ageing: Ageing): Reply {
  if (known === undefined || ageOf(known, now, ageing) === 'expired') return 'none';
  return known.answer === 'in-set' ? 'in-set' : 'none';
}

/** The issues once all answers are known, in the same order and without questions. */
export function withReplies(
  issues: readonly Issue[],
  replyTo: (question: Question) => Reply,
): Issue[] {
  return issues.flatMap((issue) => {
    const { undecided, ...open } = issue;
    return undecided === undefined ? [issue] : decided(open, undecided, replyTo);
  });
}

function decided(
  open: Issue,
  { valueSet, codings, strength, otherwise }: Undecided,
  replyTo: (question: Question) => Reply,
): Issue[] {
  const replies = codings.map((coding) => replyTo({ valueSet, coding }));
  if (replies.includes('in-set')) return [];
  if (replies.every((reply) => reply === 'not-in-set')) {
    const severity = strength === 'required' ? 'error' : 'warning';
    return [{ ...open, severity, code: 'code-invalid', text: otherwise }];
  }
  return [{ ...open, text: `${open.text}: ${whyOpen(replies)}` }];
}

function whyOpen(replies: readonly Reply[]): string {
  if (replies.includes('unasked')) return 'not asked, for there were too many to ask';
  return `the terminology server ${replies.includes('none') ? 'could not be asked' : 'does not know'}`;
}

/** At most this many issues. Errors are kept first: an invalid resource must say why (R07). */
export function boundedIssues(issues: readonly Issue[], issuesMax: number): readonly Issue[] {
  if (issues.length <= issuesMax) return issues;
  const errors = issues.filter(({ severity }) => severity === 'error');
  const others = issues.filter(({ severity }) => severity !== 'error');
  return [...errors, ...others].slice(0, issuesMax);
}

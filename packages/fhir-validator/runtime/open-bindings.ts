/**
 * Bindings to value sets whose codes are not loaded (LOINC, SNOMED CT, UCUM, media types, …). If
 * the caller can ask a terminology server (`undecided` in its limits), the codings are reported
 * next to the issues. Otherwise nothing here is called.
 */
import type { BoundCoding, Undecided } from '../issue.ts';
import type { CodeSet } from './bindings.ts';
import { isCode } from './characters.ts';
import { isObject } from './object.ts';
import { quote } from './quote.ts';
import type { Report } from './report.ts';
import type { MemberCheck } from './shapes.ts';

/** A value set by its url. */
export interface OpenSet {
  readonly url: string;
  /** The code system of all its codes, if there is only one. */
  readonly system?: string;
  /** What is known of its codes: it has no others, but perhaps not all of these. */
  readonly bound?: CodeSet;
}

type Strength = Undecided['strength'];

/**
 * Longer codes are not sent to the terminology server: a member may hold any text, and a code is
 * short.
 */
const CODE_CHARACTERS_MAX = 128;
const SYSTEM_CHARACTERS_MAX = 256;
const CODINGS_MAX = 4;

/** If the caller can ask: reports a binding of an element. */
export function open(set: OpenSet, strength: Strength): MemberCheck {
  return (value, report, step) => {
    if (report.asks) undecided(value, set, strength, report, step);
  };
}

/** Reports what to ask about a code, Coding, Quantity or CodeableConcept, or an array of them. */
export function undecided(
  value: unknown,
  set: OpenSet,
  strength: Strength,
  report: Report,
  step: string,
): void {
  if (Array.isArray(value)) {
    for (const [i, each] of value.entries()) {
      undecidedOne(each, set, strength, report, `${step}[${i}]`);
    }
  } else {
    undecidedOne(value, set, strength, report, step);
  }
}

function undecidedOne(
  value: unknown,
  set: OpenSet,
  strength: Strength,
  report: Report,
  step: string,
): void {
  const codings = codingsOf(value, set);
  const [first] = codings;
  if (first === undefined) return;
  if (codings.length > CODINGS_MAX || !codings.every(isAskable)) {
    report.leaveUnasked();
    return;
  }
  const which = `${strength === 'extensible' ? 'extensible ' : ''}value set ${set.url}`;
  const subject = isObject(value) ? 'No coding is' : `${quote(first.code)} is not`;
  const otherwise = `${subject} in the ${which}`;
  report.ask({ valueSet: set.url, strength, codings, otherwise }, step);
}

/** A coding without system or code is in no value set, so there is nothing to ask. */
function codingsOf(value: unknown, { system }: OpenSet): BoundCoding[] {
  if (typeof value === 'string') return system === undefined ? [] : [{ system, code: value }];
  if (!isObject(value)) return [];
  const given = Array.isArray(value['coding']) ? value['coding'] : [value];
  return given.flatMap((each: unknown) => (isObject(each) ? boundCoding(each) : []));
}

function boundCoding({ system, version, code }: Record<string, unknown>): BoundCoding[] {
  if (typeof system !== 'string' || typeof code !== 'string') return [];
  return [{ system, ...(typeof version === 'string' && { version }), code }];
}

function isAskable({ system, version, code }: BoundCoding): boolean {
  return (
    isShort(system, SYSTEM_CHARACTERS_MAX) &&
    isShort(code, CODE_CHARACTERS_MAX) &&
    (version === undefined || isShort(version, CODE_CHARACTERS_MAX))
  );
}

function isShort(text: string, charactersMax: number): boolean {
  return isCode(text) && text.length <= charactersMax;
}

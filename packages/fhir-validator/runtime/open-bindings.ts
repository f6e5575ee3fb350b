/**
 * Bindings to value sets that the definitions at hand do not enumerate (LOINC, SNOMED CT, UCUM, media
 * types …). Where the caller can ask a terminology server (`undecided` of its limits), the codings
 * bound are reported beside the issues; else nothing here is called.
 */
import type { BoundCoding, Undecided } from '../issue.ts';
import { isCode } from './characters.ts';
import { isObject } from './object.ts';
import { quote, type Report } from './report.ts';

/** A value set by its url, and the code system that all its codes are of, where it has but one. */
export interface OpenSet {
  readonly url: string;
  readonly system?: string;
}

type Strength = Undecided['strength'];

/** What goes to another server is a code of a terminology, not whatever a member may hold. */
const CODE_CHARACTERS_MAX = 128;
const SYSTEM_CHARACTERS_MAX = 256;
const CODINGS_MAX = 4;

/** Of a code, Coding, Quantity or CodeableConcept, or several: what is to be asked, if anything. */
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

/** Without a system or a code a coding is in no value set: there is nothing to ask about it. */
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

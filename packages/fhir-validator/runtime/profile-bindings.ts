/** The bindings of profiles that are stricter than the base. Compiled profiles call these. */
import { type CodeSet, isInSet } from './bindings.ts';
import { isObject } from './object.ts';
import { fault } from './profile-checks.ts';
import type { Report } from './report.ts';
import { hasCodeOfOtherVersion } from './required-code.ts';

/** Returns whether the code is in the set, as far as it is known, or there is none to check. */
export function required(
  value: unknown,
  set: CodeSet | undefined,
  report: Report,
  url: string,
): boolean {
  if (set === undefined || value === undefined || value === null || isInSet(value, set))
    return true;
  const said = `the code must be in the value set ${set.url}`;
  fault(report, 'binding', 'code-invalid', url, said);
  return false;
}

/** A required code that has only extensions has no code: see required-code.ts. */
export function uncoded(
  value: unknown,
  sibling: unknown,
  set: { url: string },
  report: Report,
  url: string,
): void {
  if ((value !== undefined && value !== null) || hasCodeOfOtherVersion(sibling)) return;
  const said = `a code of the value set ${set.url} is required, but there is none`;
  fault(report, 'binding', 'code-invalid', url, said);
}

/** A quantity without a unit's code has no code that could be outside of the set, as in HL7's validator. */
export function requiredUnit(
  value: unknown,
  set: CodeSet | undefined,
  report: Report,
  url: string,
): boolean {
  if (!isObject(value)) return true;
  if (value['code'] === undefined && value['system'] === undefined) return true;
  return required(value, set, report, url);
}

/** Extensible binding: if no code of the set fits, other codes are allowed. */
export function advised(value: unknown, set: CodeSet, report: Report, url: string): void {
  if (value === undefined || value === null || isInSet(value, set)) return;
  if (isObject(value) && value['coding'] === undefined && value['code'] === undefined) return;
  const said = `Profile ${url}: no code is in the extensible value set ${set.url}`;
  report.warning('profile/binding', 'code-invalid', said);
}

/** Bindings to value sets that the official definitions decide, and codes of their code systems. */
import { isCode } from './characters.ts';
import { isObject } from './object.ts';
import { quote, type Report } from './report.ts';

/** Codes by system, given as `system, 'code|code', system, …`; the sets are built when first asked. */
export class CodeSet {
  readonly url: string;
  readonly #parts: readonly string[];
  #codes: Set<string> | undefined;
  #systems: Map<unknown, Set<unknown>> | undefined;

  constructor(url: string, parts: readonly string[]) {
    this.url = url;
    this.#parts = parts;
  }

  hasCode(code: string): boolean {
    this.#codes ??= new Set(this.#parts.filter((_, i) => i % 2 === 1).flatMap(codesOf));
    return this.#codes.has(code);
  }

  hasCoding(system: unknown, code: unknown): boolean {
    this.#systems ??= new Map(
      this.#parts.flatMap((part, i) =>
        i % 2 === 0 ? [[part, new Set(codesOf(this.#parts[i + 1] ?? ''))]] : [],
      ),
    );
    return this.#systems.get(system)?.has(code) ?? false;
  }
}

/** The code systems of the specification itself: url and `code|code`. */
export class CodeSystems {
  readonly #lists: ReadonlyMap<string, string>;
  readonly #sets = new Map<string, Set<string>>();

  constructor(entries: readonly (readonly [string, string])[]) {
    this.#lists = new Map(entries);
  }

  /** Is the system one of these, and the code none of its codes? */
  lacks(system: string, code: string): boolean {
    const known = this.#sets.get(system);
    if (known) return !known.has(code);
    const list = this.#lists.get(system);
    if (list === undefined) return false;
    const codes = new Set(codesOf(list));
    this.#sets.set(system, codes);
    return !codes.has(code);
  }
}

function codesOf(list: string): string[] {
  return list.split('|');
}

export function boundCode(value: unknown, set: CodeSet, report: Report, step: string): void {
  if (typeof value === 'string' && set.hasCode(value)) return;
  if (isCode(value)) {
    report.error('code-invalid', `${quote(value)} is not in the value set ${set.url}`, step);
  } else {
    report.error('value', `${quote(value)} is not a valid code`, step);
  }
}

/** A required code of which only the `_` sibling is given has no code at all. */
export function noCode(main: unknown, set: { url: string }, report: Report, step: string): void {
  if (main === undefined) {
    report.error('code-invalid', `No code, and one of ${set.url} is required`, step);
  }
}

/** One coding at least must be of the value set; more may be of others. */
export function boundConcept(value: unknown, set: CodeSet, report: Report, step: string): void {
  if (!hasCodingOf(value, set)) {
    report.error('code-invalid', `No coding is in the value set ${set.url}`, step);
  }
}

export function boundConcepts(values: unknown, set: CodeSet, report: Report, step: string): void {
  if (!Array.isArray(values)) return;
  for (const [i, value] of values.entries()) boundConcept(value, set, report, `${step}[${i}]`);
}

/** Extensible: other codings are allowed where none of the set fits, so they are only remarked. */
export function advisedConcept(value: unknown, set: CodeSet, report: Report, step: string): void {
  if (isObject(value) && value['coding'] !== undefined && !hasCodingOf(value, set)) {
    report.warning('code-invalid', `No coding is in the extensible value set ${set.url}`, step);
  }
}

export function advisedConcepts(values: unknown, set: CodeSet, report: Report, step: string): void {
  if (!Array.isArray(values)) return;
  for (const [i, value] of values.entries()) advisedConcept(value, set, report, `${step}[${i}]`);
}

export function boundCoding(value: unknown, set: CodeSet, report: Report, step: string): void {
  if (isObject(value) && !set.hasCoding(value['system'], value['code'])) {
    report.error('code-invalid', `The coding is not in the value set ${set.url}`, step);
  }
}

export function advisedCoding(value: unknown, set: CodeSet, report: Report, step: string): void {
  if (isObject(value) && !set.hasCoding(value['system'], value['code'])) {
    report.warning(
      'code-invalid',
      `The coding is not in the extensible value set ${set.url}`,
      step,
    );
  }
}

export function boundCodings(values: unknown, set: CodeSet, report: Report, step: string): void {
  if (!Array.isArray(values)) return;
  for (const [i, value] of values.entries()) boundCoding(value, set, report, `${step}[${i}]`);
}

export function advisedCodings(values: unknown, set: CodeSet, report: Report, step: string): void {
  if (!Array.isArray(values)) return;
  for (const [i, value] of values.entries()) advisedCoding(value, set, report, `${step}[${i}]`);
}

/** A code, Coding, CodeableConcept or Quantity: is it, or one coding of it, in the set? */
export function isInSet(value: unknown, set: CodeSet): boolean {
  if (typeof value === 'string') return set.hasCode(value);
  if (!isObject(value)) return true;
  const codings = Array.isArray(value['coding']) ? value['coding'] : [value];
  return codings.some((each) => isObject(each) && set.hasCoding(each['system'], each['code']));
}

function hasCodingOf(value: unknown, set: CodeSet): boolean {
  const codings = isObject(value) ? value['coding'] : undefined;
  if (!Array.isArray(codings)) return false;
  for (const coding of codings) {
    if (isObject(coding) && set.hasCoding(coding['system'], coding['code'])) return true;
  }
  return false;
}

/** Required bindings to value sets that the official definitions decide. */
import { isCode } from './characters.ts';
import { isObject } from './object.ts';
import { quote, type Report } from './report.ts';

/** Codes by system, written as `system|code|code…` a line; built when first asked. */
export class CodeSet {
  readonly url: string;
  readonly #text: string;
  #codes: Set<string> | undefined;
  #codings: Set<string> | undefined;

  constructor(url: string, text: string) {
    this.url = url;
    this.#text = text;
  }

  hasCode(code: string): boolean {
    this.#codes ??= new Set(this.#lines().flatMap(([, ...codes]) => codes));
    return this.#codes.has(code);
  }

  hasCoding(system: unknown, code: unknown): boolean {
    this.#codings ??= new Set(
      this.#lines().flatMap(([system, ...codes]) => codes.map((code) => `${system}|${code}`)),
    );
    return this.#codings.has(`${system}|${code}`);
  }

  #lines(): string[][] {
    return this.#text.split('\n').map((line) => line.split('|'));
  }
}

export function boundCode(value: unknown, set: CodeSet, report: Report, step: string): void {
  if (typeof value === 'string' && set.hasCode(value)) return;
  if (!isCode(value)) {
    report.error('value', `${quote(value)} is not a valid code`, step);
    return;
  }
  report.error('code-invalid', `${quote(value)} is not in the value set ${set.url}`, step);
}

/** A required code of which only the `_` sibling is given has no code at all. */
export function noCode(main: unknown, set: CodeSet, report: Report, step: string): void {
  if (main === undefined) {
    report.error('code-invalid', `No code, and one of ${set.url} is required`, step);
  }
}

/** One coding at least must be of the value set; more may be of others. */
export function boundConcept(value: unknown, set: CodeSet, report: Report, step: string): void {
  const codings = isObject(value) && Array.isArray(value['coding']) ? value['coding'] : [];
  for (const coding of codings) {
    if (isObject(coding) && set.hasCoding(coding['system'], coding['code'])) return;
  }
  report.error('code-invalid', `No coding is in the value set ${set.url}`, step);
}

export function boundConcepts(values: unknown, set: CodeSet, report: Report, step: string): void {
  if (!Array.isArray(values)) return;
  for (const [i, value] of values.entries()) boundConcept(value, set, report, `${step}[${i}]`);
}

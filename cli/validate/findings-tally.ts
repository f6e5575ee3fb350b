/** The sum of all findings. */
import type { Finding } from './findings.ts';
import type { Summary } from './formats.ts';
import { countUnverified, isUnverified } from './unverified.ts';

export class FindingsTally {
  readonly types = new Set<string>();
  #validated = 0;
  #invalid = 0;
  #warned = 0;
  #unverified = 0;
  readonly #rules = new Map<string, number>();
  readonly #warnings = new Map<string, number>();

  add(finding: Finding): void {
    const { resourceType } = finding;
    const issues = finding.issues.filter((issue) => !isUnverified(issue));
    this.#validated += 1;
    this.#unverified += countUnverified(finding);
    if (resourceType !== undefined) this.types.add(resourceType);
    let isInvalid = false;
    for (const { severity, rule = 'other' } of issues) {
      const isError = severity === 'error';
      isInvalid ||= isError;
      const counts = isError ? this.#rules : this.#warnings;
      counts.set(rule, (counts.get(rule) ?? 0) + 1);
    }
    if (isInvalid) this.#invalid += 1;
    else if (issues.length > 0) this.#warned += 1;
  }

  summary(warnings: boolean): Summary {
    const summary = {
      ...{ validated: this.#validated, invalid: this.#invalid, rules: this.#rules },
      unverified: this.#unverified,
    };
    return warnings ? { ...summary, warned: this.#warned, warnings: this.#warnings } : summary;
  }
}

/** For a person: errors by rule, the most frequent first, then warnings. */
export function said({ validated, invalid, rules, warned, warnings }: Summary): string {
  if (validated === 0) return '0 validated, 0 invalid: no resource was found';
  const more = warned === undefined ? '' : `, ${warned} valid with warnings`;
  return [
    `${validated} validated, ${invalid} invalid${more}`,
    ...byCount(rules),
    ...(warnings ? byCount(warnings).map((line) => `${line} (warning)`) : []),
  ].join('\n');
}

function byCount(rules: ReadonlyMap<string, number>): string[] {
  return [...rules]
    .sort(([, a], [, b]) => b - a)
    .map(([rule, count]) => `${String(count).padStart(8)}  ${rule}`);
}

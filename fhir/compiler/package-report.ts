/** What the build says of each package, and whether it may go on. */
import type { GuideModule } from './guide/guide-compiler.ts';
import type { Gap } from './guide/profile-context.ts';

/** A profile is not enforced as it is published, and nobody has accepted that. */
export class GapError extends Error {
  override readonly name = 'GapError';
}

export interface GapReport {
  readonly lines: string[];
  /** Gaps that fail the build. */
  readonly failures: Gap[];
}

/** Sorts the gaps of all modules: accepted ones are said, the rest fails the build. */
export function reportGaps(
  modules: readonly GuideModule[],
  allowPartial: readonly string[],
): GapReport {
  const lines: string[] = [];
  const failures: Gap[] = [];
  const used = new Set<string>();
  for (const { gaps } of modules) {
    for (const gap of gaps) {
      const isAllowed = allowPartial.includes(gap.profile);
      if (isAllowed) used.add(gap.profile);
      if (gap.isOpen) lines.push(`left open: ${shown(gap)}`);
      else if (isAllowed) lines.push(`not enforced, as allowPartial accepts: ${shown(gap)}`);
      else failures.push(gap);
    }
  }
  const idle = allowPartial.filter((each) => !used.has(each));
  lines.push(...idle.map((each) => `allowPartial names ${each}, of which nothing is left out`));
  return { lines, failures };
}

export function shown({ profile, what, why }: Gap): string {
  return `${profile}: ${what}: ${why}`;
}

export function failureText(failures: readonly Gap[], missing: readonly string[]): string {
  return [
    'Not all of the configured profiles can be enforced:',
    ...failures.map((each) => `  ${shown(each)}`),
    ...(missing.length > 0
      ? ['These packages are missing:', ...missing.map((each) => `  ${each}`)]
      : []),
    'Supply what is missing, or accept it by the canonical url of the profile in fhir.allowPartial.',
  ].join('\n');
}

/** What the build prints about each package, and whether it may continue. */
import type { GuideModule } from './guide/guide-compiler.ts';
import type { Gap } from './guide/profile-context.ts';

/** A rule of a profile is not enforced, and `allowPartial` does not accept that. */
export class GapError extends Error {
  override readonly name = 'GapError';
  readonly gaps: readonly Gap[];

  constructor(message: string, gaps: readonly Gap[]) {
    super(message);
    this.gaps = gaps;
  }
}

export interface GapReport {
  /** Gaps that the runtime reports when it validates. The build only prints them. */
  readonly open: readonly string[];
  /** Gaps that `allowPartial` accepts, and its entries that match nothing. */
  readonly accepted: readonly string[];
  /** Gaps that fail the build. */
  readonly failures: readonly Gap[];
}

/** Sorts the gaps of all modules: the build prints the accepted ones and fails for the others. */
export function reportGaps(
  modules: readonly Pick<GuideModule, 'gaps'>[],
  allowPartial: readonly string[],
): GapReport {
  const gaps = modules.flatMap((each) => each.gaps);
  const isAllowed = ({ profile }: Gap) => allowPartial.includes(profile);
  const closed = gaps.filter(({ isOpen }) => !isOpen);
  const idle = allowPartial.filter((each) => !gaps.some(({ profile }) => profile === each));
  return {
    open: gaps.filter(({ isOpen }) => isOpen).map((each) => `left open: ${shown(each)}`),
    accepted: [
      ...closed
        .filter(isAllowed)
        .map((each) => `not enforced, accepted by allowPartial: ${shown(each)}`),
      ...idle.map((each) => `allowPartial names ${each}, but that profile has no gap`),
    ],
    failures: closed.filter((each) => !isAllowed(each)),
  };
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
    'Add what is missing, or accept the gap: add the canonical url of the profile to fhir.allowPartial.',
  ].join('\n');
}

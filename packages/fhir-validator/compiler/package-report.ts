/** What the build prints about each package, and whether it may continue. */
import type { GuideModule } from './guide/guide-compiler.ts';
import type { Gap } from './guide/profile-context.ts';

/** A profile is not enforced as it is published, and nobody has accepted that. */
export class GapError extends Error {
  override readonly name = 'GapError';
  readonly gaps: readonly Gap[];

  constructor(message: string, gaps: readonly Gap[]) {
    super(message);
    this.gaps = gaps;
  }
}

export interface GapReport {
  /** What the run time says where it matters. */
  readonly open: readonly string[];
  /** What `allowPartial` accepts, and its entries that match nothing. */
  readonly accepted: readonly string[];
  /** Gaps that fail the build. */
  readonly failures: readonly Gap[];
}

/** Sorts the gaps of all modules: accepted ones are printed, the others fail the build. */
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
        .map((each) => `not enforced, as allowPartial accepts: ${shown(each)}`),
      ...idle.map((each) => `allowPartial names ${each}, of which nothing is left out`),
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
    'Supply what is missing, or accept it by the canonical url of the profile in fhir.allowPartial.',
  ].join('\n');
}

/** The endings that a submission may have. */
import type { Submission } from '../submission.ts';

export type Fate = 'stored' | 'rejected' | 'dead-lettered';

/** `claim-check` changes only where the body is stored. */
const HARMLESS: ReadonlySet<Submission['oddity']> = new Set([undefined, 'claim-check']);

/** One, or two where it depends on the deployment or on whether a server answers; the first is the worse. */
export function fatesOf(submission: Fated): readonly [Fate, ...Fate[]] {
  const [worst, ...others] = fatesAsSent(submission);
  return [
    worst,
    ...others,
    ...(submission.corrected === undefined ? [] : (['stored'] as const)),
    ...(submission.isErased || submission.isLimited ? (['rejected'] as const) : []),
  ];
}

type Fated = Pick<Submission, 'nature' | 'oddity' | 'corrected' | 'isErased' | 'isLimited'>;

/** The texts of it that may be stored. */
export function textsOf(submission: Submission): readonly string[] {
  const { text, corrected } = submission;
  const asSent = fatesAsSent(submission).includes('stored') ? [text] : [];
  return corrected === undefined ? asSent : [...asSent, corrected];
}

function fatesAsSent({
  nature,
  oddity,
}: Pick<Submission, 'nature' | 'oddity'>): readonly [Fate, ...Fate[]] {
  if (!HARMLESS.has(oddity)) return ['rejected'];
  switch (nature) {
    case 'invalid':
      return ['rejected'];
    case 'throw':
    case 'hang':
    case 'heap':
    case 'exit':
    case 'kill':
      return ['dead-lettered'];
    case 'mended':
      return ['dead-lettered', 'stored'];
    case 'misjudged':
    case 'unlisted':
      return ['rejected', 'stored'];
    default:
      return ['stored'];
  }
}

export const mayBe = (submission: Fated, fate: Fate): boolean => fatesOf(submission).includes(fate);

/** The text in the report of a failure. */
export function describe({ number, messageId, nature, oddity, source }: Submission): string {
  const odd = oddity === undefined ? '' : `, ${oddity}`;
  return `#${number} (${messageId}, ${nature}${odd}, of ${source})`;
}

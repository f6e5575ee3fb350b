/** The expected ending of a submission. */
import type { Submission } from '../submission.ts';

export type Fate = 'stored' | 'rejected' | 'dead-lettered';

/** `claim-check` changes only where the body is stored. */
const HARMLESS: ReadonlySet<Submission['oddity']> = new Set([undefined, 'claim-check']);

export function fateOf({ nature, oddity }: Pick<Submission, 'nature' | 'oddity'>): Fate {
  if (!HARMLESS.has(oddity)) return 'rejected';
  switch (nature) {
    case 'valid':
    case 'flaky':
      return 'stored';
    case 'invalid':
      return 'rejected';
    default:
      return 'dead-lettered';
  }
}

/** The text in the report of a failure. */
export function describe({ number, messageId, nature, oddity, source }: Submission): string {
  const odd = oddity === undefined ? '' : `, ${oddity}`;
  return `#${number} (${messageId}, ${nature}${odd}, of ${source})`;
}

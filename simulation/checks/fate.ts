/** What must become of a submission, by what it is. */
import type { Submission } from '../submission.ts';

export type Fate = 'stored' | 'rejected' | 'dead-lettered';

/** What `claim-check` changes is where the body lies. */
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

/** As a person reads it in the story of a failure. */
export function describe({ number, messageId, nature, oddity, source }: Submission): string {
  const odd = oddity === undefined ? '' : `, ${oddity}`;
  return `#${number} (${messageId}, ${nature}${odd}, of ${source})`;
}

/** The pages that the pipeline sends: each is shown as it comes, and counted once however often. */
import type { Page } from '../pages.ts';

export interface PageBook {
  onPage(page: Page): void;
  /** Distinct deduplication keys that on-call was paged with. */
  keys(): ReadonlySet<string>;
}

/** A page may come twice (R21); its key tells. One without a key is taken for another one. */
export function pageBook(show: (line: string) => void): PageBook {
  const keys = { oncall: new Set<string>(), others: new Set<string>() };
  let keyless = 0;
  return {
    onPage: ({ topic, subject, attributes }) => {
      const key = attributes['dedupKey'] ?? `keyless ${++keyless}`;
      const known = topic === 'oncall' ? keys.oncall : keys.others;
      const seenAs = topic === 'oncall' ? key : `${topic} ${key}`;
      if (known.has(seenAs)) return;
      known.add(seenAs);
      show(`  ▶ ${topic}: ${subject}`);
    },
    keys: () => keys.oncall,
  };
}

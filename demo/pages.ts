/** The pages that the pipeline sends: each is shown as it comes, and counted once however often. */
import type { Page } from '../packages/local-lambda/pages.ts';

export interface PageBook {
  onPage(page: Page): void;
  /** Distinct deduplication keys that on-call was paged with. */
  keys(): ReadonlySet<string>;
}

/**
 * A page may come twice (R21); its key and kind of notice tell. One without a key is taken for
 * another one.
 */
export function pageBook(show: (line: string) => void): PageBook {
  const keys = new Set<string>();
  const shown = new Set<string>();
  let keyless = 0;
  return {
    onPage: ({ topic, subject, attributes }) => {
      const key = attributes['dedupKey'] ?? `keyless ${++keyless}`;
      const seenAs = `${topic} ${key} ${attributes['notice'] ?? ''}`;
      if (topic === 'oncall') keys.add(key);
      if (shown.has(seenAs)) return;
      shown.add(seenAs);
      show(`  ▶ ${topic}: ${subject}`);
    },
    keys: () => keys,
  };
}

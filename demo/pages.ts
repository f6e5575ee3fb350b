/** The pages that the pipeline sends: each is printed when it comes, and counted once. */
import type { Page } from '../packages/local-lambda/pages.ts';

export interface PageBook {
  onPage(page: Page): void;
  /** Distinct deduplication keys of pages to on-call. */
  keys(): ReadonlySet<string>;
}

/**
 * A page may come twice (R21); its key and kind of notice identify it. One without a key counts as another
 * one.
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

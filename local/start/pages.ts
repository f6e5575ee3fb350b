/** The pages that the pipeline sends: each is shown as it comes, and counted once however often. */
export interface Page {
  readonly topic: string;
  readonly subject: string;
  readonly body: string;
  readonly attributes: Record<string, string>;
}

export interface PageBook {
  onPage(page: Page): void;
  /** Distinct deduplication keys that on-call was paged with. */
  keys(): ReadonlySet<string>;
}

export function pageBook(show: (line: string) => void): PageBook {
  const keys = new Set<string>();
  return {
    onPage: ({ topic, subject, attributes }) => {
      show(`  ▶ ${topic}: ${subject}`);
      // A page without a key cannot be told from any other: it counts for itself.
      if (topic.includes('oncall')) keys.add(attributes['dedupKey'] ?? `page ${keys.size}`);
    },
    keys: () => keys,
  };
}

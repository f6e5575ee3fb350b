/** Texts that left Resources and Quarantine, by destination, and which of them name somebody. */
export const PLACES = [
  ...['log lines', 'metrics', 'spans', 'pages'],
  ...['outcomes', 'audit', 'incidents', 'quarantine'],
] as const;
export type PlaceName = (typeof PLACES)[number];

export interface Found {
  readonly place: PlaceName;
  /** Texts that were looked at. Without any, nothing is proved. */
  readonly texts: number;
  /** How many names of somebody are in them. */
  readonly leaks: number;
}

export class Left {
  readonly #texts = new Map<PlaceName, Set<string>>();

  add(place: PlaceName, text: string): void {
    const texts = this.#texts.get(place) ?? new Set();
    this.#texts.set(place, texts.add(text));
  }

  look(phi: ReadonlySet<string>): Found[] {
    return PLACES.map((place) => {
      const texts = this.#texts.get(place) ?? new Set<string>();
      const all = [...texts].join('\n');
      const leaks = [...phi].filter((secret) => all.includes(secret)).length;
      return { place, texts: texts.size, leaks };
    });
  }
}

/** No name is in any place, and each place was looked at. */
export const isProved = (found: readonly Found[]): boolean =>
  found.every(({ texts, leaks }) => texts > 0 && leaks === 0);

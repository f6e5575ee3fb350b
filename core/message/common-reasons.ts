/**
 * The commonest reasons of a day: how often, and from how many sources.
 *
 * Reasons are distinguished by fingerprint. Fingerprints with the same text (unknown properties at one
 * place, whose names are not shown) are one row, because nobody could distinguish the rows.
 *
 * Producers can invent reasons (an unknown property has any name), so there is a bound: up to it counts are
 * exact; later reasons are counted together, under one name.
 */

import type { OutcomeFact } from '../report/outcome-fact.ts';
import type { OutcomeVerdict } from './messages.ts';

export interface ReasonRow {
  /** The most frequent fingerprint with this text. */
  readonly fingerprint: string;
  readonly fingerprints: number;
  readonly verdict: OutcomeVerdict;
  readonly why: string;
  readonly count: number;
  /** Number of sources. */
  readonly sources: number;
}

/** Stands for all sources or reasons beyond the limit. */
export const OTHERS = '(others)';
const REASONS_MAX = 10_000;
const SHOWN = 25;

interface Reason {
  readonly verdict: OutcomeVerdict;
  readonly why: string;
  readonly sources: Set<string>;
  count: number;
}

export class CommonReasons {
  readonly #reasons = new Map<string, Reason>();

  add({ fingerprint = 'unknown', verdict, why = '' }: OutcomeFact, source: string): void {
    const full = this.#reasons.size >= REASONS_MAX && !this.#reasons.has(fingerprint);
    const key = full ? OTHERS : fingerprint;
    const reason = this.#reasons.get(key) ?? {
      verdict,
      why: full ? 'too many reasons to tell apart' : why,
      sources: new Set<string>(),
      count: 0,
    };
    reason.count += 1;
    reason.sources.add(source);
    this.#reasons.set(key, reason);
  }

  /** The most frequent rows first, and the total number of rows. */
  rows(): { readonly shown: ReasonRow[]; readonly total: number } {
    const commonestFirst = [...this.#reasons].sort(byCount);
    const rows = new Map<string, [fingerprint: string, row: Reason & { fingerprints: number }]>();
    for (const [fingerprint, reason] of commonestFirst) {
      const { verdict, why, count, sources } = reason;
      const key = why === '' ? fingerprint : `${verdict} ${why}`;
      const row = rows.get(key)?.[1];
      if (row === undefined) {
        const own = { ...reason, sources: new Set(sources), fingerprints: 1 };
        rows.set(key, [fingerprint, own]);
        continue;
      }
      row.fingerprints += 1;
      row.count += count;
      for (const source of sources) row.sources.add(source);
    }
    const shown = [...rows.values()]
      .sort(byCount)
      .slice(0, SHOWN)
      .map(([fingerprint, { sources, ...row }]) => ({
        fingerprint,
        ...row,
        sources: sources.size,
      }));
    return { shown, total: rows.size };
  }
}

/** Of two that are equally frequent, the first by fingerprint. */
function byCount(
  [a, { count: x }]: readonly [string, { readonly count: number }],
  [b, { count: y }]: readonly [string, { readonly count: number }],
): number {
  return y - x || (a < b ? -1 : 1);
}

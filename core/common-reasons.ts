/**
 * The commonest reasons of a day, by fingerprint: how often, and from how many sources.
 *
 * Producers make reasons up (an unknown property has a name of their choice), so there is a bound: up
 * to it counts are exact; reasons that come after it are counted together, under one name.
 */
import type { OutcomeVerdict } from './messages.ts';
import type { OutcomeFact } from './outcome-fact.ts';

export interface ReasonRow {
  readonly fingerprint: string;
  readonly verdict: OutcomeVerdict;
  readonly why: string;
  readonly count: number;
  /** How many sources it came from. */
  readonly sources: number;
}

/** What stands for sources or reasons that are too many to tell apart. */
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

  /** How many different ones there were. */
  get size(): number {
    return this.#reasons.size;
  }

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

  /** The commonest first. */
  rows(): ReasonRow[] {
    return [...this.#reasons]
      .sort(([a, { count: x }], [b, { count: y }]) => y - x || (a < b ? -1 : 1))
      .slice(0, SHOWN)
      .map(([fingerprint, { verdict, why, count, sources }]) => ({
        fingerprint,
        verdict,
        why,
        count,
        sources: sources.size,
      }));
  }
}

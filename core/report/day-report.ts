/**
 * The figures of a day: the endings of each source and lane and how long they took, the commonest reasons,
 * the hours, the incidents.
 *
 * Facts may come twice and in any order; each message's verdict counts once, known by 52 bits of its keyed
 * hash. (With a million outcomes a day, one is mistaken for another about every 25 years.) The result does
 * not depend on the order, except where the bounds below are reached.
 *
 * Producers can invent sources, so there is a bound: those beyond it are counted together, and the report
 * says so.
 *
 * Latencies are those of what was stored or rejected, from submission (or from the last redrive, because
 * the time in Quarantine is an operator's) to verdict. The latency of a dead letter would only show how its
 * attempts were spaced.
 */

import { type IncidentFact, latestOfEach } from '../incident/incident-fact.ts';
import { CommonReasons, OTHERS, type ReasonRow } from '../message/common-reasons.ts';
import type { OutcomeVerdict } from '../message/messages.ts';
import { addLatency, addSketch, type LatencySketch, percentile } from './latency-sketch.ts';
import type { OutcomeFact } from './outcome-fact.ts';
import { DAY_MS } from './utc-day.ts';

export type ReportFact = OutcomeFact | IncidentFact;
export type Ends = Record<OutcomeVerdict, number>;

/** In ms, within 1 %. The longest is exact. All are undefined if nothing was measured. */
export interface Latencies {
  readonly p50: number | undefined;
  readonly p95: number | undefined;
  readonly p99: number | undefined;
  readonly longest: number | undefined;
}

export interface SourceRow extends Latencies {
  readonly source: string;
  readonly lane: string;
  readonly ends: Readonly<Ends>;
}

export interface DayReport {
  readonly day: string;
  readonly ends: Readonly<Ends>;
  readonly latencies: Latencies;
  /** By source, then lane. */
  readonly rows: readonly SourceRow[];
  /** 24 hours of UTC. */
  readonly hours: readonly Readonly<Ends>[];
  readonly reasons: readonly ReasonRow[];
  /** Number of different reasons, listed or not. */
  readonly reasonsTotal: number;
  readonly incidents: readonly IncidentFact[];
  /** Number of facts that came again and were not counted. */
  readonly repeats: number;
}

export const VERDICTS = ['stored', 'rejected', 'dead-lettered'] as const;
const ROWS_MAX = 1_000;
const ID_HEX_DIGITS = 13;
const HOURS = 24;

interface Row {
  readonly source: string;
  readonly lane: string;
  readonly ends: Ends;
  readonly sketch: LatencySketch;
  longest: number | undefined;
}

const noEnds = (): Ends => ({ stored: 0, rejected: 0, 'dead-lettered': 0 });

/** Takes the facts of one day, in any order. */
export class DayTally {
  readonly #day: string;
  readonly #seen = {
    stored: new Set<number>(),
    rejected: new Set<number>(),
    'dead-lettered': new Set<number>(),
  };
  readonly #rows = new Map<string, Row>();
  readonly #hours = new Map<number, Ends>();
  readonly #reasons = new CommonReasons();
  readonly #incidents: IncidentFact[] = [];
  #repeats = 0;

  constructor(day: string) {
    this.#day = day;
  }

  add(fact: ReportFact): void {
    if (fact.kind === 'incident') this.#incidents.push(fact);
    else if (this.#isNew(fact)) this.#count(fact);
    else this.#repeats += 1;
  }

  /** Number of different outcomes so far: each takes memory. */
  get outcomes(): number {
    return VERDICTS.reduce((sum, verdict) => sum + this.#seen[verdict].size, 0);
  }

  report(): DayReport {
    const reasons = this.#reasons.rows();
    const rows = [...this.#rows.values()].sort(bySourceAndLane);
    const all = rowOf('', '');
    for (const row of rows) {
      for (const verdict of VERDICTS) all.ends[verdict] += row.ends[verdict];
      addSketch(all.sketch, row.sketch);
      all.longest = longer(all.longest, row.longest);
    }
    return {
      day: this.#day,
      ends: all.ends,
      latencies: latenciesOf(all),
      rows: rows.map((row) => {
        const { source, lane, ends } = row;
        return { source, lane, ends, ...latenciesOf(row) };
      }),
      hours: Array.from({ length: HOURS }, (_, hour) => this.#hours.get(hour) ?? noEnds()),
      reasons: reasons.shown,
      reasonsTotal: reasons.total,
      incidents: latestOfEach(this.#incidents),
      repeats: this.#repeats,
    };
  }

  #isNew({ message, verdict }: OutcomeFact): boolean {
    const seen = this.#seen[verdict];
    const before = seen.size;
    seen.add(Number.parseInt(message.slice(0, ID_HEX_DIGITS), 16));
    return seen.size > before;
  }

  #count(fact: OutcomeFact): void {
    const { verdict, lane, endedAt, latencyMs } = fact;
    const row = this.#rowFor(fact.source, lane);
    row.ends[verdict] += 1;
    if (latencyMs !== undefined && verdict !== 'dead-lettered') {
      addLatency(row.sketch, latencyMs);
      row.longest = longer(row.longest, latencyMs);
    }
    const hour = Math.floor(((endedAt % DAY_MS) * HOURS) / DAY_MS);
    const ofHour = this.#hours.get(hour) ?? noEnds();
    ofHour[verdict] += 1;
    this.#hours.set(hour, ofHour);
    if (verdict !== 'stored') this.#reasons.add(fact, row.source);
  }

  #rowFor(source: string, lane: string): Row {
    const full = this.#rows.size >= ROWS_MAX;
    const key = JSON.stringify([source, lane]);
    const others = JSON.stringify([OTHERS, lane]);
    const row =
      this.#rows.get(key) ??
      (full ? (this.#rows.get(others) ?? rowOf(OTHERS, lane)) : rowOf(source, lane));
    this.#rows.set(JSON.stringify([row.source, lane]), row);
    return row;
  }
}

const rowOf = (source: string, lane: string): Row => ({
  source,
  lane,
  ends: noEnds(),
  sketch: new Map(),
  longest: undefined,
});

const latenciesOf = ({ sketch, longest }: Row): Latencies => {
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((q) => percentile(sketch, q, longest));
  return { p50, p95, p99, longest };
};

const longer = (a: number | undefined, b: number | undefined) =>
  a === undefined ? b : b === undefined ? a : Math.max(a, b);

const bySourceAndLane = (a: Row, b: Row) => compare(a.source, b.source) || compare(a.lane, b.lane);
const compare = (a: string, b: string) => (a === b ? 0 : a < b ? -1 : 1);

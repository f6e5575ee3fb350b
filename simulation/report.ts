/** Prints runs. */
import { RARE_STATES, type RareState } from './rare/rare-states.ts';
import type { RunReport } from './run.ts';

/** Describes a run in which all rules held: everything that it drew, and its speed. */
export function describeRun(report: RunReport, seconds: number): string {
  const { seed, submissions, faults, virtualMs, events, environments, digest } = report;
  const used = Object.entries(environments).map(([name, number]) => `${name} ${number}`);
  const rows = {
    faults,
    'virtual time': `${(virtualMs / 60_000).toFixed(1)} minutes, ${events} events`,
    environments: used.join(', '),
    'processor time': `${seconds.toFixed(1)} s, ${rateOf({ submissions, seconds })}`,
    digest,
  };
  const lines = Object.entries(rows).map(([name, value]) => `  ${name.padEnd(16)}${value}`);
  return [`seed ${seed}: ${submissions} submissions, all rules held`, ...lines].join('\n');
}

interface Spent {
  readonly submissions: number;
  /** Of processor time. */
  readonly seconds: number;
}

/** The speed of all runs that passed. */
export const describeSpeed = (spent: Spent) =>
  `${spent.submissions} submissions in ${spent.seconds.toFixed(1)} s of processor time: ${rateOf(spent)}`;

const rateOf = ({ submissions, seconds }: Spent) =>
  seconds === 0 ? 'none' : `${Math.round(submissions / seconds)} submissions a second`;

/** How often each rare state was reached. */
export function describeReached(counts: ReadonlyMap<RareState, number>): string {
  const names = Object.keys(RARE_STATES) as RareState[];
  const lines = names.map((name) => `  ${String(counts.get(name) ?? 0).padStart(9)}  ${name}`);
  return ['rare states, and how often they were reached', ...lines].join('\n');
}

export function neverReached(counts: ReadonlyMap<RareState, number>): RareState[] {
  return (Object.keys(RARE_STATES) as RareState[]).filter((name) => !counts.has(name));
}

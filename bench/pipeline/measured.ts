/** Runs with their elapsed and processor time, and the lines that say so. */
import { median } from '../median.ts';
import { minus, type ProcessorTime, type Spent } from './processor-time.ts';

export interface Measured {
  readonly ms: number;
  readonly spent: Spent;
}

/** `run` returns how long it took, in ms. */
export async function measured(time: ProcessorTime, run: () => Promise<number>): Promise<Measured> {
  const before = time.read();
  const ms = await run();
  return { ms, spent: minus(time.read(), before) };
}

type Figure = (run: Measured) => number;
const ELAPSED: Figure = ({ ms }) => ms;
const SPENDERS = ['own', 'validate', 'others'] as const;

export const elapsedMs = (runs: readonly Measured[]) => median(runs.map(ELAPSED));

/** `bench:against` reads the last × of the first line. */
export function describeRuns(name: string, runs: readonly Measured[], baseMs: number): string {
  const took = seconds(elapsedMs(runs)).padStart(7);
  const ratio = (elapsedMs(runs) / baseMs).toFixed(2).padStart(6);
  const all = runs.map(({ ms }) => seconds(ms)).join(' ');
  const figure = (of: Figure) => median(runs.map(of));
  return `${name.padEnd(48)}${took} s  ${ratio} ×   (${all})\n    ${processorTime(figure)}`;
}

/** What one of `count` costs more than what was in its place. */
export function describeEach(
  count: number,
  runs: readonly Measured[],
  without: readonly Measured[],
): string {
  const figure = (of: Figure) => (median(runs.map(of)) - median(without.map(of))) / count;
  return `${seconds(figure(ELAPSED))} s more of the run; ${processorTime(figure)}`;
}

/** Medians for each of `count`, in ms. */
export function describeSpent(runs: readonly Spent[], count: number): string {
  const parts = SPENDERS.map((who) => {
    const ms = median(runs.map((spent) => spent[who])) / count;
    return `${who} ${ms.toFixed(2)}`;
  });
  return `processor: ${parts.join(', ')} ms`;
}

function processorTime(figure: (of: Figure) => number): string {
  const parts = SPENDERS.map((who) => `${who} ${seconds(figure(({ spent }) => spent[who]))} s`);
  return `processor: ${parts.join(', ')}`;
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(2);
}

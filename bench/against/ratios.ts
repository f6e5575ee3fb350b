/** Rounds of two revisions, side by side. */
import { median } from '../median.ts';

type Figures = Readonly<Record<string, number>>;

export interface Round {
  readonly before: Figures;
  readonly after: Figures;
}

export interface Row {
  readonly name: string;
  /** Medians. */
  readonly before: number;
  readonly after: number;
  /**
   * after / before in each round. Machines are noisy, and both runs of a round had the same noise.
   */
  readonly ratios: readonly number[];
  readonly ratio: number;
}

export function ratiosOf(rounds: readonly Round[]): Row[] {
  const names = Object.keys(rounds[0]?.after ?? {});
  return names.map((name) => {
    const before = rounds.map((each) => each.before[name] ?? Number.NaN);
    const after = rounds.map((each) => each.after[name] ?? Number.NaN);
    const ratios = after.map((value, i) => value / (before[i] ?? Number.NaN));
    return { name, before: median(before), after: median(after), ratios, ratio: median(ratios) };
  });
}

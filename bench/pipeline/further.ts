/** What a resource more costs, by runs of two sizes: a run's start and end are the same in both. */
import { median } from '../median.ts';
import { describeSpent, type Measured } from './measured.ts';
import { minus } from './processor-time.ts';

/** Both in the same round, with environments that have run before. */
interface TwoSizes {
  readonly few: Measured;
  readonly many: Measured;
}

/** Counts of resources. */
interface Sizes {
  readonly few: number;
  readonly many: number;
}

export function describeFurther(
  bare: readonly TwoSizes[],
  pipeline: readonly TwoSizes[],
  sizes: Sizes,
): string {
  const count = sizes.many - sizes.few;
  const each = (runs: readonly TwoSizes[]) =>
    median(runs.map(({ few, many }) => many.ms - few.ms)) / count;
  const fixed = (runs: readonly TwoSizes[]) =>
    median(runs.map(({ few }) => few.ms)) - each(runs) * sizes.few;
  const describe = (name: string, runs: readonly TwoSizes[]) => {
    const spent = describeSpent(
      runs.map(({ few, many }) => minus(many.spent, few.spent)),
      count,
    );
    const rest = (fixed(runs) / 1_000).toFixed(2);
    return `    ${name}: ${each(runs).toFixed(2)} ms (${spent}), and ${rest} s a run`;
  };
  const ratio = (each(pipeline) / each(bare)).toFixed(2);
  return [
    `each of ${count} resources more, environments warm: ${ratio} times the bare loop`,
    describe('bare loop', bare),
    describe('pipeline, all healthy', pipeline),
  ].join('\n');
}

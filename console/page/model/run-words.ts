import type { BulkRun, Run } from '../../contract/runs.ts';
import { full, howMany } from './numbers.ts';

export function runTitle(run: Run): string {
  switch (run.kind) {
    case 'verify':
      return 'Verification of the audit log';
    case 'flood':
      return `Flood of the lane ${run.lane}`;
    default:
      return `${run.kind === 'redrive' ? 'Redrive' : 'Discard'} by ${run.by}: ${run.reason}`;
  }
}

/** The counts of a run as text, each after its number. */
export function runCounts(run: Run): string {
  if (run.kind === 'verify') return run.verified === undefined ? '' : `: ${run.verified.message}`;
  if (run.kind === 'flood') return '';
  const parts = [inWords(run.counts), failuresOf(run), aftermathOf(run)];
  return parts
    .filter((part) => part !== '')
    .map((part) => `; ${part}`)
    .join('');
}

const inWords = (counts: Readonly<Record<string, number>>) =>
  Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([what, count]) => `${full(count)} ${what}`)
    .join(', ');

function failuresOf({ failures }: BulkRun): string {
  const [first] = failures;
  return first === undefined
    ? ''
    : `${howMany(failures.length, 'failure')}, the first: ${first.reason}`;
}

function aftermathOf({ aftermath }: BulkRun): string {
  const words = inWords(aftermath ?? {});
  return words === '' ? '' : `since then ${words}`;
}

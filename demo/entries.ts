/** What a run submits: the given files, or the sample. */
import type { Entry, Resource } from '../cli/input/entry.ts';
import { measureInputs, readInputs } from '../cli/input/read-input.ts';
import type { StartOptions } from './options.ts';
import { type Chaos, chaosCodes, troubledOf } from './sample/fates.ts';
import { type SampleOptions, sample } from './sample/sample.ts';
import type { Submitter } from './submitter.ts';

/** Number of resources of a run. Undefined if it is known only after its input was read. */
export function expectedTotal({ input, count }: StartOptions): number | undefined {
  return input.length === 0 ? count : undefined;
}

/** @throws UsageError if an input is not a file */
export async function checkInput({ input }: StartOptions): Promise<void> {
  await measureInputs(input);
}

const HOW: Readonly<Record<Chaos, string>> = {
  throw: 'throw',
  exit: 'exit their process',
  heap: 'exhaust the heap',
  hang: 'never end',
};

/** What a run submits, with its deliberate defects. */
export function describeInput({ input, count }: StartOptions, submitter: Submitter): string {
  const { source, note } = submitter;
  const as = `to lane background${source === 'default' ? '' : `, as source ${source}`}`;
  const more = note === undefined ? '' : `; ${note}`;
  if (input.length > 0) return `submitting ${input.join(', ')} ${as}${more}`;
  const { crashing, invalid } = troubledOf(count);
  const codes = chaosCodes(crashing);
  const kinds = [...new Set(codes)].map(
    (code) => `${codes.filter((each) => each === code).length} ${HOW[code]}`,
  );
  const how = kinds.length === 0 ? '' : ` (${kinds.join(', ')})`;
  return (
    `submitting ${count} made-up patients and observations ${as}${more}; on purpose\n` +
    `  ${crashing} of them crash${how}\n` +
    `  and ${invalid} break rules of FHIR; ten crashes within five minutes page on-call`
  );
}

export type Entries = AsyncIterable<Entry> | Iterable<Entry>;

export function entriesOf({ input, count, seed }: StartOptions): Entries {
  return input.length > 0 ? readInputs(input) : sampleEntries({ count, seed });
}

export function* sampleEntries(options: SampleOptions): Generator<Entry> {
  let line = 0;
  for (const text of sample(options)) {
    line += 1;
    yield { kind: 'resource', text, file: `sample-${options.seed}`, line };
  }
}

/** The key under which Resources will hold it; undefined if the resource has no id. */
export function keyOf({ text }: Resource, source: string): string | undefined {
  try {
    const { resourceType, id } = JSON.parse(text) ?? {};
    return typeof id === 'string' ? `${source}#${resourceType}#${id}` : undefined;
  } catch {
    return undefined;
  }
}

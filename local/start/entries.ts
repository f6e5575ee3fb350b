/** What a run submits: the files that were named, or the sample. */
import type { Entry, Resource } from '../../cli/input/entry.ts';
import { measureInputs, readInputs } from '../../cli/input/read-input.ts';
import { type SampleOptions, sample } from '../demo/sample.ts';
import type { StartOptions } from './options.ts';

/** What the pipeline calls a submitter that gave no label. */
const SOURCE = 'default';

/** How many resources a run will have; undefined where only reading its input will tell. */
export function expectedTotal({ input, count }: StartOptions): number | undefined {
  return input.length === 0 ? count : undefined;
}

/** @throws UsageError about an input that is no file. */
export async function checkInput({ input }: StartOptions): Promise<void> {
  await measureInputs(input);
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

/** The key under which Resources will hold it; undefined where the resource does not say. */
export function keyOf({ text }: Resource): string | undefined {
  try {
    const { resourceType, id } = JSON.parse(text) ?? {};
    return typeof id === 'string' ? `${SOURCE}#${resourceType}#${id}` : undefined;
  } catch {
    return undefined;
  }
}

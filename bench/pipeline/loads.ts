/** What the runs of `bench:pipeline` submit. */
import type { Entry } from '../../cli/input/entry.ts';
import { sampleEntries } from '../../demo/entries.ts';
import { CHAOS_SYSTEM } from '../../functions/validate/chaos.ts';
import { type Fault, messagesOf } from '../blast-radius/messages.ts';

export const healthy = (count: number, seed: number) =>
  sampleEntries({ count, seed, troubled: false });

/** With 1% killers of all kinds and 2% invalid. */
export const deadly = (count: number, seed: number) => sampleEntries({ count, seed });

const tagOf = (code: string) => JSON.stringify({ system: CHAOS_SYSTEM, code });

/** The same, but those that would hang throw instead. */
export function* withoutHung(count: number, seed: number): Generator<Entry> {
  for (const entry of deadly(count, seed)) {
    const text = entry.kind === 'resource' && entry.text.replace(tagOf('hang'), tagOf('throw'));
    yield text ? { ...entry, text } : entry;
  }
}

/** How many of `deadly` hang. */
export function hungAmong(count: number, seed: number): number {
  const isHung = (entry: Entry) => entry.kind === 'resource' && entry.text.includes(tagOf('hang'));
  return [...deadly(count, seed)].filter(isHung).length;
}

/** Healthy ones, and this many killers of one kind. */
export function* withKillers(
  count: number,
  seed: number,
  [fault, killers]: readonly [Fault, number],
): Generator<Entry> {
  for (const [n, { text }] of messagesOf(count, [fault], killers, seed).entries()) {
    yield { kind: 'resource', text, file: fault, line: n + 1 };
  }
}

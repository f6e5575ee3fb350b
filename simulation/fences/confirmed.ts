/** A seed shows that a fence is missing only if the whole code holds in it. */
import type { Found, Search } from './find.ts';

type Hit = Extract<Found, { kind: 'found' }>;

/** Seeks on behind each seed in which the whole code fails too: these are faults of the product or of a checker. */
export async function confirmed(
  search: Search,
  withoutFence: (search: Search) => Promise<Found>,
  whole: (search: Search) => Promise<Found>,
): Promise<{ readonly found: Found; readonly ofWhole: readonly Hit[] }> {
  const ofWhole: Hit[] = [];
  const end = search.from + search.seeds;
  let { from } = search;
  while (from < end) {
    const found = await withoutFence({ ...search, from, seeds: end - from });
    if (found.kind === 'missed') {
      const seeds = from - search.from + found.seeds;
      return { found: { kind: 'missed', seeds }, ofWhole };
    }
    if (found.kind === 'not loaded') return { found, ofWhole };
    const same = await whole({ ...search, from: found.seed, seeds: 1 });
    if (same.kind !== 'found') return { found, ofWhole };
    ofWhole.push(same);
    from = found.seed + 1;
  }
  return { found: { kind: 'missed', seeds: search.seeds }, ofWhole };
}

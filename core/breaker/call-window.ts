/**
 * Recent calls, counted in buckets.
 *
 * A window slides in steps of a tenth of its length: it holds the bucket of `now` and the nine before. So a
 * call counts for at least nine tenths of the window and for less than all of it, and ten small numbers are
 * enough for any number of calls. Buckets begin at multiples of their width, the same for everybody, so the
 * counts of two environments add up bucket by bucket.
 */

export interface Bucket {
  /** Epoch ms, a multiple of the bucket's width. */
  readonly from: number;
  readonly calls: number;
  readonly failures: number;
}
/** Ordered by time, at most one bucket per time. */
export type CallWindow = readonly Bucket[];
export type Counts = Omit<Bucket, 'from'>;

const BUCKETS = 10;

/** The window with one more call. */
export function countCall(
  window: CallWindow,
  call: { readonly failed: boolean },
  now: number,
  windowMs: number,
): CallWindow {
  const width = windowMs / BUCKETS;
  const from = Math.floor(now / width) * width;
  const bucket = { from, calls: 1, failures: Number(call.failed) };
  return addWindows(window, [bucket], now, windowMs);
}

/** The sum of both, without buckets that are too old. */
export function addWindows(
  a: CallWindow,
  b: CallWindow,
  now: number,
  windowMs: number,
): CallWindow {
  const oldest = now - windowMs;
  const byTime = new Map<number, Bucket>();
  for (const bucket of [...a, ...b]) {
    if (bucket.from <= oldest) continue;
    const { from } = bucket;
    byTime.set(from, { from, ...addCounts(byTime.get(from) ?? NOTHING, bucket) });
  }
  return [...byTime.values()].sort((x, y) => x.from - y.from);
}

/** The counts of the window at this time. */
export function countsAt(window: CallWindow, now: number, windowMs: number): Counts {
  return window.filter(({ from }) => from > now - windowMs).reduce<Counts>(addCounts, NOTHING);
}

const NOTHING: Counts = { calls: 0, failures: 0 };

function addCounts(a: Counts, b: Counts): Counts {
  return { calls: a.calls + b.calls, failures: a.failures + b.failures };
}

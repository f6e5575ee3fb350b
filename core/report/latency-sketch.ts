/**
 * Percentiles of many latencies in a few hundred numbers, which can be added up.
 *
 * Latencies are counted in buckets whose bounds grow by a constant factor, so that every value of a bucket
 * lies within 1 % of its middle. A percentile is the middle of the bucket that holds the value of that
 * rank: at most 1 % above or below that value, whatever the distribution. Adding two sketches adds their
 * counts, so a sketch of parts is the sketch of the whole, exactly.
 *
 * Everything below 1 ms is 0; from 1 ms to 30 days there are about 1,090 buckets, and most stay empty.
 * Rank: the smallest value that at least `q` of all values do not exceed (nearest rank).
 *
 * Source: Masson, Rim, Lee, "DDSketch", VLDB 2019, section 2.2, https://arxiv.org/abs/1908.10693
 */
const RELATIVE_ERROR = 0.01;
const GROWTH = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR);
const LOG_GROWTH = Math.log(GROWTH);
/** The bucket of everything below 1 ms. */
const ZERO = -1;

/** Number of values by bucket: bucket k > ZERO holds (GROWTH^(k-1), GROWTH^k]. */
export type LatencySketch = Map<number, number>;

/** Counts one latency, in ms. */
export function addLatency(sketch: LatencySketch, ms: number): void {
  const bucket = ms < 1 ? ZERO : Math.ceil(Math.log(ms) / LOG_GROWTH);
  sketch.set(bucket, (sketch.get(bucket) ?? 0) + 1);
}

/** Adds all that another sketch has counted. */
export function addSketch(sketch: LatencySketch, other: LatencySketch): void {
  for (const [bucket, count] of other) sketch.set(bucket, (sketch.get(bucket) ?? 0) + count);
}

/**
 * The latency, in ms, that a share `q` in (0, 1] of all does not exceed; undefined if there are none.
 * @param longest of all, if known: no percentile is beyond it
 */
export function percentile(
  sketch: LatencySketch,
  q: number,
  longest = Number.POSITIVE_INFINITY,
): number | undefined {
  const total = [...sketch.values()].reduce((sum, count) => sum + count, 0);
  const rank = Math.max(1, Math.ceil(q * total));
  let seen = 0;
  for (const [bucket, count] of [...sketch].sort(([a], [b]) => a - b)) {
    seen += count;
    if (seen >= rank) return Math.min(middleOf(bucket), longest);
  }
  return undefined;
}

/** Its relative distance from the lower and the upper bound is the same. */
function middleOf(bucket: number): number {
  return bucket === ZERO ? 0 : (2 * GROWTH ** bucket) / (GROWTH + 1);
}

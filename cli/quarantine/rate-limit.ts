/**
 * Lets `perSecond` callers through each second, evenly, however many wait, and also if the clock is set back
 * or forward.
 */
export function rateLimit(
  perSecond: number,
  now: () => number,
  wait: (ms: number) => Promise<unknown>,
): () => Promise<void> {
  const everyMs = 1_000 / perSecond;
  let last = now();
  let next = last;
  const read = () => {
    const at = now();
    // If the clock was set back, so is the next turn.
    if (at < last) next -= last - at;
    last = at;
    return at;
  };
  return async () => {
    const at = read();
    const turn = Math.max(next, at);
    next = turn + everyMs;
    if (turn > at) {
      await wait(turn - at);
      read();
    }
  };
}

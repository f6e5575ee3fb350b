/** Lets `perSecond` callers through each second, evenly, however many wait. */
export function rateLimit(
  perSecond: number,
  now: () => number,
  wait: (ms: number) => Promise<unknown>,
): () => Promise<void> {
  const everyMs = 1_000 / perSecond;
  let next = now();
  return async () => {
    const turn = Math.max(next, now());
    next = turn + everyMs;
    if (turn > now()) await wait(turn - now());
  };
}

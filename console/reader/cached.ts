/**
 * Caches data that only a deployment changes. Reads it again after a while. A failure is not
 * cached.
 */
export function cached<T>(
  ask: () => Promise<T>,
  now: () => number,
  keptMs = 60_000,
): () => Promise<T> {
  let asked: { readonly at: number; readonly answer: Promise<T> } | undefined;
  return () => {
    if (asked !== undefined && now() - asked.at < keptMs) return asked.answer;
    const answer = ask();
    const mine = { at: now(), answer };
    asked = mine;
    answer.catch(() => {
      if (asked === mine) asked = undefined;
    });
    return answer;
  };
}

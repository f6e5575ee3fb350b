/** Whoever waits for a signal, by signal. A listener for each wait would cost more than a simulated call. */
const waiting = new WeakMap<AbortSignal, Set<() => void>>();

/** Calls `act` once the signal is aborted. Answers how to end the wait. */
export function onAbort(signal: AbortSignal, act: () => void): () => void {
  const acts = waiting.get(signal) ?? listened(signal);
  acts.add(act);
  return () => acts.delete(act);
}

function listened(signal: AbortSignal): Set<() => void> {
  const acts = new Set<() => void>();
  waiting.set(signal, acts);
  const abort = () => {
    for (const act of acts) act();
  };
  signal.addEventListener('abort', abort, { once: true });
  return acts;
}

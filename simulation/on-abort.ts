/** Whoever waits for a signal, kept at the signal. A listener for each wait would cost more than a simulated call. */
const WAITING = Symbol('waiting');

type Awaited = AbortSignal & { [WAITING]?: Set<() => void> };

/** Calls `act` once the signal is aborted. Answers how to end the wait. */
export function onAbort(signal: Awaited, act: () => void): () => void {
  const acts = signal[WAITING] ?? listened(signal);
  acts.add(act);
  return () => acts.delete(act);
}

function listened(signal: Awaited): Set<() => void> {
  const acts = new Set<() => void>();
  signal[WAITING] = acts;
  const abort = () => {
    for (const act of acts) act();
  };
  signal.addEventListener('abort', abort, { once: true });
  return acts;
}

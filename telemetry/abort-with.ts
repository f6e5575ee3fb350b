/**
 * Aborts the controller with the signal's reason if the signal aborts before the returned function is called.
 * Not AbortSignal.any: a signal that it makes stays in memory as long as somebody listens to it.
 */
export function abortWith(
  controller: AbortController,
  signal: AbortSignal | undefined,
): () => void {
  const abort = () => controller.abort(signal?.reason);
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort, { once: true });
  return () => signal?.removeEventListener('abort', abort);
}

/** An error and its causes. */

export interface Cause extends Error {
  readonly code?: string;
  readonly path?: string;
  readonly syscall?: string;
  /** Of a connection that failed. */
  readonly port?: number;
}

const DEEP_ENOUGH = 10;

/** The error itself, its causes, and those of several at once (`AggregateError`). */
export function* causesOf(error: unknown, depth = 0): Generator<Cause> {
  if (!(error instanceof Error) || depth > DEEP_ENOUGH) return;
  yield error;
  yield* causesOf(error.cause, depth + 1);
  if (error instanceof AggregateError)
    for (const each of error.errors) yield* causesOf(each, depth + 1);
}

/** The first of them for which it is true. */
export function findCause(error: unknown, isIt: (cause: Cause) => boolean): Cause | undefined {
  for (const cause of causesOf(error)) if (isIt(cause)) return cause;
  return undefined;
}

/** An error's message on one line, or whatever was thrown instead. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  return text.replace(/\s*\n\s*/g, ' ').trim();
}

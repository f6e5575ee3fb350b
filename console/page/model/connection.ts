/** The state of the connection, and the age of the figures. */
import type { Figure, Trouble } from '../../contract/figure.ts';

export type Connection =
  | { readonly state: 'connecting' | 'live' | 'hidden' }
  | {
      /**
       * `refused`: the token is wrong, and trying again does not help. `ended`: the server stopped.
       */
      readonly state: 'lost' | 'refused' | 'ended';
      readonly since: number;
      readonly message: string;
    };

/** Keeps the first loss: each failed try reports another one. */
export function afterLoss(
  before: Connection,
  kind: string,
  message: string,
  now: number,
): Connection {
  if (kind === 'token') return { state: 'refused', since: now, message };
  if (before.state === 'ended') return before;
  const since = before.state === 'lost' ? before.since : now;
  return { state: 'lost', since, message };
}

/** A figure is stale after this many intervals. A single slow read is not enough. */
const STALE_AFTER_READS = 5;
const STALE_AFTER_MS = 10_000;

export const isStale = (readAt: number, now: number, everyMs: number): boolean =>
  now - readAt > Math.max(STALE_AFTER_READS * everyMs, STALE_AFTER_MS);

/** A figure to draw: its value, or the reason why there is none. */
export type Standing<T> =
  | { readonly is: 'loading' }
  | { readonly is: 'absent'; readonly trouble: Trouble }
  | {
      readonly is: 'there';
      readonly value: T;
      readonly readAt: number;
      readonly trouble?: Trouble;
    };

export function standing<T>(figure: Figure<T> | undefined): Standing<T> {
  if (figure === undefined) return { is: 'loading' };
  const { value, readAt, trouble } = figure;
  if (value !== undefined) {
    return { is: 'there', value, readAt: readAt ?? 0, ...(trouble && { trouble }) };
  }
  return trouble === undefined ? { is: 'loading' } : { is: 'absent', trouble };
}

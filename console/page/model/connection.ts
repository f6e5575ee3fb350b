/** Whether the figures can be trusted: is the reader connected, and how old are they? */
import type { Figure, Trouble } from '../../contract/figure.ts';

export type Connection =
  | { readonly state: 'connecting' | 'live' | 'hidden' }
  | {
      /** `refused`: the token is another one, and trying again does not help. `ended`: the server stopped. */
      readonly state: 'lost' | 'refused' | 'ended';
      readonly since: number;
      readonly message: string;
    };

/** The first loss is what counts: each try that fails tells of one more. */
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

/** A figure is stale when it is older than that; a read now and then takes longer. */
const STALE_AFTER_READS = 5;
const STALE_AFTER_MS = 10_000;

export const isStale = (readAt: number, now: number, everyMs: number): boolean =>
  now - readAt > Math.max(STALE_AFTER_READS * everyMs, STALE_AFTER_MS);

/** How a figure stands: with its value, or with a reason why there is none. */
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

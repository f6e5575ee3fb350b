/**
 * A figure of the page, with its age. If it cannot be read, it keeps its last value and says so.
 */

/**
 * Epoch ms of the server's clock. Every message has the server's `now`, so the viewer's clock is
 * never used.
 */
export type Ms = number;

export interface Figure<T> {
  /** Absent before the first read, and if it cannot be read at all. */
  readonly value?: T;
  /** When `value` was read. */
  readonly readAt?: Ms;
  /** Why the last read failed. Absent if it succeeded. */
  readonly trouble?: Trouble;
}

export interface Trouble {
  /**
   * `no-permission`: the operator's credentials do not allow it. `not-there`: this stage or place
   * has no such thing, so it is not tried again soon. `failing`: anything else. It is tried again.
   */
  readonly kind: 'no-permission' | 'not-there' | 'failing';
  /** One line for a person, without PHI. */
  readonly message: string;
  /** Time of the first of these failures. */
  readonly since: Ms;
}

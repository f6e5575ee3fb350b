/** A figure of the page and its age. A figure that could not be read keeps its last value and says so. */

/** Epoch ms by the server's clock. Its `now` is in every message, so the viewer's clock is never compared. */
export type Ms = number;

export interface Figure<T> {
  /** Absent before it was first read, and where it cannot be read at all. */
  readonly value?: T;
  /** When `value` was read. */
  readonly readAt?: Ms;
  /** Why the latest try did not read it; absent where it did. */
  readonly trouble?: Trouble;
}

export interface Trouble {
  /**
   * `no-permission`: the operator's credentials may not read it. `not-there`: this stage, or this place, has
   * no such thing, and asking again will not help. `failing`: all else; it is tried again.
   */
  readonly kind: 'no-permission' | 'not-there' | 'failing';
  /** One line for a person, without PHI. */
  readonly message: string;
  /** Since when it has been so. */
  readonly since: Ms;
}

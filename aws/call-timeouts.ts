/** How long calls to AWS may take; the stack's timeouts are checked against these. */

export interface CallTimeouts {
  readonly maxAttempts: number;
  readonly connectMs: number;
  readonly requestMs: number;
}

/** An ordinary call: the SDK makes up to this many attempts. */
export const CALL = { maxAttempts: 3, connectMs: 1_000, requestMs: 2_000 } as const;

/**
 * A call that another call waits for must be answered at once. If it is not, there is a fallback.
 */
export const HASTY_CALL = { maxAttempts: 2, connectMs: 300, requestMs: 500 } as const;

/**
 * For a call that a person waits for: no function's timeout applies, and a busy emulator takes
 * seconds to respond.
 */
export const PERSONS_CALL = { maxAttempts: 3, connectMs: 5_000, requestMs: 20_000 } as const;

/** From the first attempt of an ordinary call to the failure of the last, without the SDK's pauses. */
export const LONGEST_CALL_MS = CALL.maxAttempts * (CALL.connectMs + CALL.requestMs);

/** An invocation whose result is awaited, such as a probe; it is made once. */
export const INVOCATION_TIMEOUT_MS = 60_000;

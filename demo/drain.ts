/**
 * Waits until everything submitted has ended, or until nothing moves any more. It reports what is still
 * pending when the queues are empty, or when they stand still: it never waits forever.
 */
import type { Account } from './accounting.ts';

export interface DrainView {
  /** Messages in each queue, waiting or under way. */
  depths(): Promise<readonly number[]>;
  account(): Promise<Account>;
  now(): number;
  wait(ms: number): Promise<void>;
  /** Called each time that nothing has moved for a while, with what the queues hold then, and for how long. */
  quiet(depths: readonly number[], forMs: number): void;
}

export type Drained = {
  readonly account: Account;
  /** When the queues first had the depths that they kept until the end, by the clock of the view. */
  readonly atMs: number;
} & (
  | { readonly kind: 'drained' }
  /** Queues that hold messages and have not changed for `STALL_MS`. */
  | { readonly kind: 'stalled'; readonly waiting: number }
);

/**
 * Each poll asks every queue, and while they hold thousands the processor has better things to do. So it
 * waits for a millisecond for each message, within these bounds.
 */
const POLL_MS = 250;
const POLL_MS_MAX = 5_000;
/** After this long without movement, and again after as long, it prints what it waits for. */
const QUIET_MS = 5_000;
/**
 * Queues report only approximately that they are empty, so they are polled twice, and the tables
 * once more after this.
 */
const SETTLE_MS = 5_000;
/** Four times as long as messages of a dead environment stay invisible (70 s). */
const STALL_MS = 300_000;

export async function drain({ depths, account, now, wait, quiet }: DrainView): Promise<Drained> {
  let emptySince: number | undefined;
  // The minute's wakes come and go, so depths that were there before are no movement.
  const seen = new Set<string>();
  let movedAt = now();
  let saidAt = movedAt;
  for (;;) {
    const depth = await depths();
    const waiting = depth.reduce((sum, each) => sum + each, 0);
    if (!seen.has(depth.join())) {
      movedAt = now();
      saidAt = movedAt;
    }
    seen.add(depth.join());
    if (waiting > 0) {
      emptySince = undefined;
      if (now() - movedAt >= STALL_MS)
        return { kind: 'stalled', account: await account(), waiting, atMs: movedAt };
      if (now() - saidAt >= QUIET_MS) {
        quiet(depth, now() - movedAt);
        saidAt = now();
      }
    } else if (emptySince === undefined) {
      emptySince = now();
    } else {
      const counted = await account();
      const found = counted.pending.length === 0 || now() - emptySince >= SETTLE_MS;
      if (found) return { kind: 'drained', account: counted, atMs: emptySince };
    }
    await wait(Math.min(Math.max(waiting, POLL_MS), POLL_MS_MAX));
  }
}

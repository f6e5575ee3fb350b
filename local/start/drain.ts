/**
 * Waits until everything submitted has ended, or until nothing moves any more. What is still
 * pending when the queues are empty, or when they stand still, is said so: it never waits forever.
 */
import type { Account } from './accounting.ts';

export interface DrainView {
  /** Messages in each queue, waiting or under way. */
  depths(): Promise<readonly number[]>;
  account(): Promise<Account>;
  now(): number;
  wait(ms: number): Promise<void>;
}

export type Drained = {
  readonly account: Account;
  /** When the queues were first seen as they stayed until the end, by the clock of the view. */
  readonly atMs: number;
} & (
  | { readonly kind: 'drained' }
  /** Queues that hold messages and did not change for `STALL_MS`. */
  | { readonly kind: 'stalled'; readonly waiting: number }
);

const POLL_MS = 250;
/** Empty queues say so only approximately: they are asked twice, and the tables again after this. */
const SETTLE_MS = 5_000;
/** Longer than messages of a dead environment stay invisible (70 s), twice over. */
const STALL_MS = 180_000;

export async function drain({ depths, account, now, wait }: DrainView): Promise<Drained> {
  let emptySince: number | undefined;
  let last = { key: '', at: now() };
  for (;;) {
    const depth = await depths();
    const waiting = depth.reduce((sum, each) => sum + each, 0);
    const key = depth.join();
    if (key !== last.key) last = { key, at: now() };
    if (waiting > 0) {
      emptySince = undefined;
      if (now() - last.at >= STALL_MS)
        return { kind: 'stalled', account: await account(), waiting, atMs: last.at };
    } else if (emptySince === undefined) {
      emptySince = now();
    } else {
      const counted = await account();
      const found = counted.pending.length === 0 || now() - emptySince >= SETTLE_MS;
      if (found) return { kind: 'drained', account: counted, atMs: emptySince };
    }
    await wait(POLL_MS);
  }
}

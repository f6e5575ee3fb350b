import { messagesInFlight } from '../../aws/delivery-queue.ts';
import { environment } from './environment.ts';

const KEEP_MS = 10_000;
let known = { count: 0, readAt: Number.NEGATIVE_INFINITY };

/** How many triggers wait invisibly, as of ten seconds ago at most. */
export async function triggersInFlight(now: number): Promise<number> {
  if (now - known.readAt >= KEEP_MS) {
    known = { ...known, readAt: now };
    known = { count: await messagesInFlight(environment.queueUrl), readAt: now };
  }
  return known.count;
}

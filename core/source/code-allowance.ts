/**
 * How many questions about codes a resource, and a source in a minute, may cost.
 *
 * A producer decides which codes a resource holds, and each new one costs a call to the terminology server
 * and a write of its answer. So a resource may ask a limited number, and all resources of one source a
 * limited number a minute, in each environment: the fleet's bound is the sum, and no count has to be
 * shared. Remembered answers cost nothing and are never counted. A resource with unasked questions is
 * stored as not verified, as in an outage, and is not rejected for it.
 *
 * Minutes are those of the clock: within two of them a source may spend both at once, which is still
 * bounded.
 */
export interface CodePolicy {
  readonly perResource: number;
  readonly perMinute: number;
}

/** What a source has spent in this environment in the minute that began at `startsAt`, epoch ms. */
export interface CodesSpent {
  readonly startsAt: number;
  readonly questions: number;
}

const MINUTE_MS = 60_000;

/** How many of the wanted questions are asked, and what is spent then. */
export function allowCodes(
  wanted: number,
  spent: CodesSpent | undefined,
  now: number,
  { perResource, perMinute }: CodePolicy,
): { readonly asked: number; readonly spent: CodesSpent } {
  const startsAt = now - (now % MINUTE_MS);
  const before = spent?.startsAt === startsAt ? spent.questions : 0;
  const asked = Math.max(0, Math.min(wanted, perResource, perMinute - before));
  return { asked, spent: { startsAt, questions: before + asked } };
}

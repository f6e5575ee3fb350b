/**
 * Decides which tenants of a queue are noisy neighbours, by both measures of SQS's fair queues:
 * more than a tenth of the messages in flight with at least 30 of its own, or more than a tenth of
 * the time that consumers recently spent. Exactly a tenth is still quiet. AWS does not say how long
 * "recently" is; here it is a minute.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues-detailed.html
 */
const SHARE_MAX = 0.1;
const IN_FLIGHT_MIN = 30;
const RECENT_MS = 60_000;
const BUCKET_MS = 5_000;

interface Bucket {
  readonly startsAt: number;
  total: number;
  readonly byTenant: Map<string, number>;
}

/** Tenants are message group ids. A message without one belongs to nobody and is never noisy. */
export class TenantShares {
  #inFlight = new Map<string, number>();
  #inFlightTotal = 0;
  #spent: Bucket[] = [];

  received(tenant: string | undefined): void {
    this.#inFlightTotal += 1;
    if (tenant !== undefined) this.#inFlight.set(tenant, this.inFlightOf(tenant) + 1);
  }

  /** A message was deleted, or became visible again, after `tookMs` in flight. `now` in epoch ms. */
  returned(tenant: string | undefined, tookMs: number, now: number): void {
    this.#inFlightTotal -= 1;
    const bucket = this.#bucketAt(now);
    bucket.total += tookMs;
    if (tenant === undefined) return;
    const left = this.inFlightOf(tenant) - 1;
    if (left > 0) this.#inFlight.set(tenant, left);
    else this.#inFlight.delete(tenant);
    bucket.byTenant.set(tenant, (bucket.byTenant.get(tenant) ?? 0) + tookMs);
  }

  inFlightOf(tenant: string): number {
    return this.#inFlight.get(tenant) ?? 0;
  }

  /** Whether its messages come after those of quiet tenants at `now`, in epoch ms. */
  isNoisy(tenant: string, now: number): boolean {
    const inFlight = this.inFlightOf(tenant);
    if (inFlight >= IN_FLIGHT_MIN && inFlight > SHARE_MAX * this.#inFlightTotal) return true;
    const recent = this.#spent.filter(({ startsAt }) => startsAt > now - RECENT_MS);
    const total = recent.reduce((sum, bucket) => sum + bucket.total, 0);
    const own = recent.reduce((sum, { byTenant }) => sum + (byTenant.get(tenant) ?? 0), 0);
    return own > SHARE_MAX * total;
  }

  /** Makes the tenant quiet again. Called when its backlog is used up. */
  forgive(tenant: string): void {
    for (const bucket of this.#spent) bucket.byTenant.delete(tenant);
  }

  #bucketAt(now: number): Bucket {
    const startsAt = now - (now % BUCKET_MS);
    const last = this.#spent.at(-1);
    if (last !== undefined && last.startsAt >= startsAt) return last;
    this.#spent = this.#spent.filter((bucket) => bucket.startsAt > now - RECENT_MS);
    const bucket = { startsAt, total: 0, byTenant: new Map<string, number>() };
    this.#spent.push(bucket);
    return bucket;
  }
}

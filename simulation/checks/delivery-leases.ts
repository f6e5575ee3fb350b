/**
 * The leases of deliveries, by which no two environments send versions of a resource at once (R05). One is taken when it
 * is free or over, and ended by the environment that holds it; a call of its server ends before it does.
 */
import { RuleBroken } from '../checker.ts';
import type { EffectOf } from '../effects.ts';
import type { Host } from '../host.ts';

interface Lease {
  readonly owner: string;
  /** Epoch ms, by the clock of whoever took it. */
  readonly until: number;
}

/** The longest call (lib/config/delivery-config.ts). */
const CALL_MS = 5_000;

export class DeliveryLeases {
  /** By owner. */
  readonly #holders = new Map<string, Host>();
  /** By host and place at a server: the lease under which it was taken last. */
  readonly #taken = new Map<string, Lease>();

  /** `place`: where it is at its server. @throws RuleBroken */
  written({ before, after }: EffectOf<'written'>, by: Host, place: string): void {
    const [was, is] = [before, after].map((item) => item?.['deliveryLease'] as Lease | undefined);
    if (after === undefined || is?.owner === was?.owner) return;
    const holder = was && this.#holders.get(was.owner);
    if (was !== undefined && holder !== undefined && holder !== by) {
      const of = `the lease of ${holder.name} on ${place}`;
      if (is === undefined) throw new RuleBroken('R05', `${by.name} ended ${of}`);
      if (was.until > by.now())
        throw new RuleBroken('R05', `${by.name} took ${of} before it was over`);
    }
    if (is === undefined) return;
    this.#holders.set(is.owner, by);
    this.#taken.set(`${by.name} ${place}`, is);
  }

  /** A host calls its server. @throws RuleBroken */
  requested(by: Host, place: string): void {
    const lease = this.#taken.get(`${by.name} ${place}`);
    if (lease === undefined || by.now() + CALL_MS <= lease.until) return;
    const ms = by.now() + CALL_MS - lease.until;
    throw new RuleBroken('R05', `${by.name} calls for ${place}, ${ms} ms too late for its lease`);
  }
}

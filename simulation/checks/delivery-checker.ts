/**
 * What the FHIR servers hold. When a delivery ends its server holds what Resources does, and from then on nothing older
 * comes (R05). It ends in no other way because of what is the server's fault (R18). Each source's resources
 * are at its own server, under its own prefix (R51).
 */
import { type Checker, RuleBroken, type Seen } from '../checker.ts';
import type { Item } from '../dynamo/values.ts';
import type { Effect, EffectOf } from '../effects.ts';
import type { Host } from '../host.ts';
import { placeOf } from '../place-at-server.ts';
import { AT_SERVER } from '../servers/fhir-server.ts';
import type { Held } from '../servers/http-call.ts';
import type { Submission } from '../submission.ts';
import { DeliveryLeases } from './delivery-leases.ts';
import { type Whereabouts, waitsInVain } from './references.ts';
import { orderOf } from './resources-checker.ts';
import { UsedVersions } from './used-versions.ts';

interface Delivery {
  readonly pk: string;
  /** Number of the submission in Resources. */
  number: number | undefined;
  isPending: boolean;
  /** Since when that submission is on its way to the server, if it is. */
  since: number;
  /** It ended because the server refused that submission: what was there before is still there. */
  isRefused: boolean;
  /** The submission that counted as delivered last. */
  delivered: number | undefined;
  /** Its server has brought a backup back since, or another client has deleted it: what had been delivered may be gone. */
  isLost: boolean;
}

/** From a server's answer until its delivery is ended. */
const ANSWERED_MS = 60_000;

export class DeliveryChecker implements Checker {
  readonly kinds = ['submitted', 'stored', 'written', 'requested', 'restored', 'removed'] as const;
  readonly #leases = new DeliveryLeases();
  readonly #seen: Pick<Seen, 'submissions' | 'fhirServers' | 'scheduler'>;
  /** By server and key. */
  readonly #deliveries = new Map<string, Delivery>();
  readonly #pending = new Set<Delivery>();
  readonly #byNumber = new Map<number, Submission>();
  /** Submissions whose PUT took effect, and those of them that their server has forgotten since. */
  readonly #put = new Set<number>();
  readonly #forgotten = new Set<number>();
  /** By server: when it brought a backup back last. */
  readonly #restoredAt = new Map<string, number>();
  readonly #versions = new UsedVersions();

  constructor(seen: Pick<Seen, 'submissions' | 'fhirServers' | 'scheduler'>) {
    this.#seen = seen;
  }

  see(effect: Effect, by?: Host): void {
    if (effect.kind === 'submitted') {
      this.#byNumber.set(effect.submission.number, effect.submission);
    }
    if (effect.kind === 'stored') this.#stored(effect);
    if (effect.kind === 'restored') this.#restored(effect);
    if (effect.kind === 'removed')
      this.#forget(this.#deliveries.get(`${effect.server} ${effect.key}`));
    if (effect.kind === 'requested' && by !== undefined) {
      this.#leases.requested(by, effect.call.url);
    }
    if (effect.kind === 'written' && effect.table.endsWith('-resources')) {
      if (by !== undefined) this.#leased(effect, by);
      if (effect.after !== undefined) this.#marked(effect.after);
    }
  }

  unfinished(): string | undefined {
    const [first] = this.#pending;
    return first && `${first.pk} is not delivered`;
  }

  /** Nobody sends again what had been delivered, and a PUT that is on its way may name a version that is there again. */
  #restored({ server }: EffectOf<'restored'>): void {
    this.#restoredAt.set(server, this.#seen.scheduler.now);
    for (const [place, delivery] of this.#deliveries) {
      if (!place.startsWith(`${server} `)) continue;
      this.#forget(delivery);
    }
  }

  #forget(delivery: Delivery | undefined): void {
    if (delivery === undefined) return;
    delivery.isLost = true;
    if (delivery.number !== undefined && this.#put.delete(delivery.number)) {
      this.#forgotten.add(delivery.number);
    }
  }

  #leased(effect: EffectOf<'written'>, by: Host): void {
    const submission = this.#seen.submissions.get(String(effect.before?.['messageId']));
    if (submission === undefined) return;
    const { server, key } = placeOf(submission);
    this.#leases.written(effect, by, `${server}/${key}`);
  }

  #marked(item: Item): void {
    const submission = this.#seen.submissions.get(String(item['messageId']));
    if (submission === undefined) return;
    const { place, server, key } = placeOf(submission);
    const known = this.#deliveries.get(place);
    const unknown = {
      number: undefined,
      isPending: true,
      since: this.#seen.scheduler.now,
      isRefused: false,
      delivered: undefined,
      isLost: false,
    };
    const delivery = known ?? { pk: String(item['pk']), ...unknown };
    const wasPending = delivery.isPending;
    this.#deliveries.set(place, delivery);
    if (delivery.number !== submission.number || !wasPending) {
      delivery.since = this.#seen.scheduler.now;
    }
    delivery.number = submission.number;
    delivery.isPending = item['deliveryShard'] !== undefined;
    if (delivery.isPending) {
      this.#pending.add(delivery);
      return;
    }
    this.#pending.delete(delivery);
    if (!wasPending) return;
    // Its content is gone, so nothing newer comes from here.
    delivery.isRefused = item['erasure'] !== undefined;
    if (delivery.isRefused) return;
    const why = item['deliveryRefused'];
    delivery.isRefused = why !== undefined;
    if (why !== undefined) {
      if (isRefusedThere(submission) || this.#isLacking(submission)) return;
      throw new RuleBroken('R18', `#${submission.number} is not sent again: its server ${why}`);
    }
    const held = this.#seen.fhirServers.find(({ base }) => base === server)?.resources.get(key);
    const there = held && numberIn(held);
    if (there === submission.number) {
      delivery.delivered = there;
      delivery.isLost = false;
      return;
    }
    // The version that it got there may be that of another one by now, so it counts as confirmed.
    if (this.#forgotten.has(submission.number)) return;
    const restoredAt = this.#restoredAt.get(server) ?? Number.NEGATIVE_INFINITY;
    if (this.#seen.scheduler.now - restoredAt < ANSWERED_MS) return;
    const what = there === undefined ? 'nothing' : `#${there}`;
    throw new RuleBroken(
      'R05',
      `#${submission.number} counts as delivered, and ${server} holds ${what}`,
    );
  }

  /** Its server checks references, and has not got what it refers to, nor will get that as it is. */
  #isLacking(submission: Submission): boolean {
    const { server } = placeOf(submission);
    const its = this.#seen.fhirServers.find(({ base }) => base === server);
    if (its?.checksReferences !== true) return false;
    const { source } = submission;
    return waitsInVain(submission, (patient) => {
      const { place, key } = placeOf({ source, resourceType: 'Patient', id: patient });
      const held = its.resources.get(key);
      if (held !== undefined) return { heldMs: this.#seen.scheduler.now - held.since };
      return this.#whereIs(this.#deliveries.get(place));
    });
  }

  #whereIs(delivery: Delivery | undefined): Whereabouts {
    const pending = delivery?.isPending && this.#byNumber.get(delivery.number ?? -1);
    if (!delivery || !pending) return 'gone';
    return { pending, sinceMs: this.#seen.scheduler.now - delivery.since };
  }

  #stored({ server, key, after, call }: EffectOf<'stored'>): void {
    const number = numberIn(after);
    const submission = this.#byNumber.get(number);
    if (submission === undefined) {
      throw new RuleBroken('R51', `${server} holds #${number}, which nobody sent`);
    }
    const right = placeOf(submission);
    if (right.place !== `${server} ${key}`) {
      throw new RuleBroken('R51', `#${number} of ${submission.source} was put at ${server} ${key}`);
    }
    this.#put.add(number);
    this.#forgotten.delete(number);
    const namesAnother = this.#versions.wasUsedTwice(right.place, call.headers['if-match']);
    this.#versions.used(right.place, after);
    const delivery = this.#deliveries.get(right.place);
    if (delivery === undefined || delivery.isPending || delivery.number === number) return;
    const isOfFormer = call.begunAt <= (this.#restoredAt.get(server) ?? 0);
    if (delivery.isLost || isOfFormer || namesAnother) {
      delivery.isLost = true;
      return;
    }
    const there = delivery.isRefused ? delivery.delivered : delivery.number;
    if (there === undefined || (delivery.isRefused && !this.#isNewer(there, submission))) return;
    const what = `#${number} was put over #${there} at ${server}`;
    throw new RuleBroken('R05', `${what}, which counts as delivered`);
  }

  #isNewer(number: number, than: Submission): boolean {
    const submission = this.#byNumber.get(number);
    return submission !== undefined && orderOf(submission) > orderOf(than);
  }
}

/** What a server says of all others is said of itself. */
const isRefusedThere = ({ text }: Submission) =>
  text.includes(AT_SERVER.refused) || text.includes(AT_SERVER.failing);

const known = new WeakMap<Held, number>();

/** The number of the submission, which is in the resource. Read when it is stored, and known when its delivery ends. */
function numberIn(held: Held): number {
  const before = known.get(held);
  if (before !== undefined) return before;
  const { identifier } = JSON.parse(held.body) as { identifier: readonly { value: string }[] };
  const number = Number(identifier[0]?.value);
  known.set(held, number);
  return number;
}

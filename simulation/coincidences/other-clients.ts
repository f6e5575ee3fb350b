/**
 * Other clients of the FHIR servers. When a resource has just been leased for its delivery they change or delete it there,
 * or hold it in a transaction of their own: the server refuses each PUT of it by 409 meanwhile, as HAPI does.
 */
import type { Watcher } from '../checker.ts';
import type { Effect } from '../effects.ts';
import { placeOf } from '../place-at-server.ts';
import { Random } from '../random.ts';
import type { World } from '../world.ts';
import { isLeasedAnew } from './leased-anew.ts';

/** The PUT comes in between, or they do. */
const WITHIN_MS = 6_000;
/** How long their transaction takes. */
const HELD_MS = [1_000, 20_000] as const;

export class OtherClients implements Watcher {
  readonly kinds: readonly Effect['kind'][];
  readonly #world: World;
  readonly #random: Random;

  constructor(world: World, seed: number) {
    this.#world = world;
    this.#random = new Random(seed);
    this.kinds = world.drawn.coincidences.otherClients > 0 ? ['written'] : [];
  }

  see(effect: Effect): void {
    const { isHealed, faults, submissions, fhirServers, scheduler } = this.#world;
    if (isHealed || effect.kind !== 'written' || !effect.table.endsWith('-resources')) return;
    if (!isLeasedAnew(effect) || !this.#random.chance(faults.coincidences.otherClients)) return;
    const submission = submissions.get(String(effect.after?.['messageId']));
    if (submission === undefined) return;
    const { server: base, key } = placeOf(submission);
    const server = fhirServers.find((each) => each.base === base);
    const what = this.#random.pick(['change', 'remove', 'hold'] as const);
    const heldMs = this.#random.between(...HELD_MS);
    scheduler.after(this.#random.below(WITHIN_MS), () => {
      scheduler.note(`another client of ${base}: ${what} ${key}`);
      if (what === 'hold') server?.hold(key, scheduler.now + heldMs);
      else server?.[what](key);
    });
  }
}

/**
 * A resource that the server fails at by the resource's own fault is quarantined only while others succeed (R18).
 * So once faults have healed and such a resource still waits, each producer sends a healthy one each minute,
 * as producers do every day. Likewise where a breaker that an operator had forced open holds a lane: only a call closes it.
 */
import type { Checker } from './checker.ts';
import type { Effect } from './effects.ts';
import type { Producers } from './producers.ts';
import { AT_SERVER } from './servers/fhir-server.ts';
import type { World } from './world.ts';

const INTERVAL_MS = 60_000;
/** Most breakers have been tried long before. */
const HELD_MS = 1_800_000;

export class LaterTraffic implements Pick<Checker, 'see'> {
  readonly #world: World;
  readonly #producers: Producers;

  constructor(world: World, producers: Producers) {
    this.#world = world;
    this.#producers = producers;
  }

  see(effect: Effect): void {
    if (effect.kind === 'healed') this.#eachMinute();
  }

  #eachMinute(): void {
    this.#world.scheduler.after(INTERVAL_MS, () => {
      if (this.#producers.areDone && (this.#isAwaited() || this.#isHeld()))
        this.#producers.sendOneEach();
      this.#eachMinute();
    });
  }

  #isHeld(): boolean {
    const { services, scheduler, nameOf } = this.#world;
    const lanes = services.dynamo.table(nameOf.call(this.#world, 'supervision')).items();
    return [...lanes].some(({ holds }) => {
      const { breaker } = (holds ?? {}) as { readonly breaker?: { readonly since: number } };
      return breaker !== undefined && scheduler.now - breaker.since >= HELD_MS;
    });
  }

  #isAwaited(): boolean {
    const { services, submissions } = this.#world;
    const resources = services.dynamo.table(this.#world.nameOf('resources')).items();
    return [...resources].some(
      ({ deliveryShard, messageId }) =>
        deliveryShard !== undefined &&
        submissions.get(String(messageId))?.nature === AT_SERVER.failing,
    );
  }
}

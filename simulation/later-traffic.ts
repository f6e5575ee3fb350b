/**
 * A resource that the server fails at by the resource's own fault is quarantined only while others succeed (R18).
 * So once faults have healed and such a resource still waits, each producer sends a healthy one each minute,
 * as producers do every day.
 */
import type { Checker } from './checker.ts';
import type { Effect } from './effects.ts';
import type { Producers } from './producers.ts';
import { AT_SERVER } from './servers/fhir-server.ts';
import type { World } from './world.ts';

const INTERVAL_MS = 60_000;

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
      if (this.#producers.areDone && this.#isAwaited()) this.#producers.sendOneEach();
      this.#eachMinute();
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

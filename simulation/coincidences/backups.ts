/**
 * A FHIR server whose people bring a backup back: it has forgotten what came since, and its versions go on where they were.
 * They do so when a newer version of what it held has just been leased, so that the PUT names a version which is gone.
 */
import type { Watcher } from '../checker.ts';
import type { Effect, EffectOf } from '../effects.ts';
import { serverOf } from '../outside.ts';
import { Random } from '../random.ts';
import type { World } from '../world.ts';
import { isLeasedAnew } from './leased-anew.ts';

/** Of what a server stores: it is backed up just before. */
const BACKED_UP = 0.03;
const RESTORES_MAX = 2;
/** There are many such leases. */
const SHARE = 0.5;

export class Backups implements Watcher {
  readonly kinds: readonly Effect['kind'][];
  readonly #world: World;
  readonly #random: Random;
  #restores = 0;

  constructor(world: World, seed: number) {
    this.#world = world;
    this.#random = new Random(seed);
    this.kinds = world.drawn.coincidences.backupRestored > 0 ? ['written', 'stored'] : [];
  }

  see(effect: Effect): void {
    if (this.#world.isHealed || this.#restores === RESTORES_MAX) return;
    if (effect.kind === 'stored' && this.#random.chance(BACKED_UP)) {
      this.#serverAt(effect.server)?.backUp();
    }
    if (effect.kind === 'written' && isOfNewer(effect)) this.#leased(effect);
  }

  #leased({ after }: EffectOf<'written'>): void {
    const { faults, submissions } = this.#world;
    const submission = submissions.get(String(after?.['messageId']));
    if (submission === undefined) return;
    if (!this.#random.chance(SHARE * faults.coincidences.backupRestored)) return;
    const server = serverOf(submission.source);
    if (this.#serverAt(server)?.restore() !== true) return;
    this.#restores += 1;
    this.#world.scheduler.note(`${server} brings its backup back`);
  }

  #serverAt(base: string) {
    return this.#world.fhirServers.find((server) => server.base === base);
  }
}

/** A delivery of what the server holds an older version of. */
const isOfNewer = (effect: EffectOf<'written'>): boolean =>
  effect.table.endsWith('-resources') &&
  effect.after?.['deliveredVersion'] !== undefined &&
  isLeasedAnew(effect);

import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Plugin } from '../../../functions/validate/plugins/plugin.ts';
import type { Progress } from '../../../functions/validate/plugins/progress.ts';
import { type Blame, ChunkWatch } from '../../../packages/isolation/chunk-watch.ts';
import {
  type Answer,
  createLedger,
  type Ledger,
  NO_PLUGIN,
  publishPlugin,
  publishPosition,
  publishVerdict,
  resetLedger,
} from '../../../packages/isolation/ledger.ts';
import { cases } from '../../support/long-search.ts';

const TICK_MS = 100;
/** Two looks at the same thing are one tick. */
const DEADLINE_MS = TICK_MS;
const TEXTS = 4;

const plugin = (name: string, required: boolean) =>
  ({ name, resourceTypes: [], required, deadlineMs: DEADLINE_MS }) as unknown as Plugin;
const PLUGINS = [
  plugin('first', false),
  plugin('second', false),
  plugin('third', true),
  plugin('fourth', false),
];

/** Long enough that a torn copy shows, and of its own for each run of a plugin. */
const progressOf = (position: number, name: string): Progress => ({
  kind: 'valid',
  resourceType: `${position}-${name}-`.repeat(20),
  issues: [],
});

/** A worker that does one step at a time, and knows what it has really done. */
class SteppedWorker {
  readonly #ledger: Ledger;
  readonly #steps: (() => void)[] = [];
  isStepping = false;
  finished = 0;
  on: Blame | undefined;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
    for (let position = 0; position < TEXTS; position += 1) this.#addText(position);
  }

  step(times: number): void {
    if (this.isStepping) return;
    this.isStepping = true;
    for (const each of this.#steps.splice(0, times)) each();
    this.isStepping = false;
  }

  #addText(culprit: number): void {
    this.#steps.push(() => {
      publishPosition(this.#ledger, culprit);
      this.on = { culprit };
    });
    for (const [position, each] of PLUGINS.entries()) {
      const progress = each.required ? undefined : progressOf(culprit, each.name);
      this.#steps.push(() => {
        publishPlugin(this.#ledger, position, progress);
        this.on = { culprit, plugin: { plugin: each, position, ...(progress && { progress }) } };
      });
    }
    this.#steps.push(() => {
      publishPlugin(this.#ledger, NO_PLUGIN);
      this.on = { culprit };
    });
    this.#steps.push(() => {
      publishVerdict(this.#ledger, { kind: 'valid', resourceType: `${culprit}`, issues: [] });
      this.finished += 1;
    });
  }
}

interface Scene {
  readonly ledger: Ledger;
  readonly worker: SteppedWorker;
  readonly watch: ChunkWatch;
  readonly verdicts: [Answer, number][];
}

function setScene(): Scene {
  const ledger = createLedger(true);
  resetLedger(ledger);
  const verdicts: [Answer, number][] = [];
  const watch = new ChunkWatch(ledger, PLUGINS, (...each) => verdicts.push(each));
  return { ledger, worker: new SteppedWorker(ledger), watch, verdicts };
}

/**
 * Lets the worker go on in the middle of a look, before each word that is read. Answers what it is on
 * when the first is.
 */
function interleave(worker: SteppedWorker, steps: readonly number[]): () => Blame | undefined {
  const { load } = Atomics;
  const left = [...steps];
  let seen: { on: Blame | undefined } | undefined;
  vi.spyOn(Atomics, 'load').mockImplementation(((words: Int32Array, at: number) => {
    if (!worker.isStepping) {
      worker.step(left.shift() ?? 0);
      seen ??= { on: worker.on };
    }
    return load(words, at);
  }) as typeof Atomics.load);
  return () => seen?.on;
}

afterEach(() => vi.restoreAllMocks());

const RUNS = cases(300, 3_000);

/** Mostly it stands still, or it would never be blamed. */
const steps = fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.nat({ max: 3 }));
const looks = fc.array(fc.array(steps, { maxLength: 8 }), { maxLength: 12 });

describe('R01: who is blamed at the deadline', () => {
  test('was on when we looked and has no verdict, however far the worker goes meanwhile', () => {
    let blamed = 0;
    fc.assert(
      fc.property(looks, (all) => {
        const { worker, watch } = setScene();
        for (const each of all) {
          const onAtFirst = interleave(worker, each);
          const overdue = watch.tick(TICK_MS, DEADLINE_MS);
          vi.restoreAllMocks();
          if (overdue?.blame === undefined) continue;
          blamed += 1;
          expect(overdue.blame).toEqual(onAtFirst());
          expect(overdue.blame.culprit).toBe(worker.finished);
          return;
        }
      }),
      { numRuns: RUNS },
    );
    expect(blamed).toBeGreaterThan(RUNS / 6);
  });

  test('is not told of what a plugin’s successor is just writing', () => {
    let looked = 0;
    for (let before = 0; before < 40; before += 1) {
      const { ledger, worker, watch } = setScene();
      worker.step(before);
      watch.tick(TICK_MS, DEADLINE_MS);
      const { on } = worker;
      const { set } = ledger.progress;
      vi.spyOn(ledger.progress, 'set').mockImplementation((bytes, at = 0) => {
        set.call(ledger.progress, bytes, at);
        ledger.progress.fill(0, at, at + 10);
        looked += 1;
        expect(watch.tick(TICK_MS, DEADLINE_MS)?.blame).toEqual(on);
      });
      worker.step(1);
    }
    expect(looked).toBe(3 * TEXTS);
  });

  test('is nobody where the worker stands between two texts', () => {
    const { worker, watch, verdicts } = setScene();
    worker.step(3 + PLUGINS.length);
    expect(watch.tick(TICK_MS, DEADLINE_MS)).toBeUndefined();
    expect(watch.tick(TICK_MS, DEADLINE_MS)).toEqual({
      deadlineMs: DEADLINE_MS,
      blame: undefined,
    });
    expect(verdicts).toMatchObject([[{ resourceType: '0' }, 0]]);
  });

  test('is nobody before the worker has begun', () => {
    const { watch } = setScene();
    watch.tick(TICK_MS, DEADLINE_MS);
    expect(watch.tick(TICK_MS, DEADLINE_MS)?.blame).toBeUndefined();
    expect(watch.hasBegun).toBe(false);
  });
});

test('R01: who is blamed for a death is what the dead worker was on', () => {
  for (let before = 0; before <= TEXTS * (3 + PLUGINS.length); before += 1) {
    const { worker, watch, verdicts } = setScene();
    worker.step(before);
    const isBetween = worker.on === undefined || worker.on.culprit < worker.finished;
    expect(watch.blameDead()).toEqual(isBetween ? undefined : worker.on);
    expect(verdicts).toHaveLength(worker.finished);
  }
});

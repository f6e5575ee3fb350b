import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type Blame, ChunkWatch } from '../../../packages/isolation/chunk-watch.ts';
import {
  createLedger,
  type Entry,
  type Ledger,
  NO_STEP,
  publishEntry,
  publishPosition,
  publishStep,
  resetLedger,
} from '../../../packages/isolation/ledger.ts';
import type { Step } from '../../../packages/isolation/step.ts';
import { cases } from '../../support/long-search.ts';

const TICK_MS = 100;
/** Two looks that find the same position are one tick. */
const DEADLINE_MS = TICK_MS;
const TEXTS = 4;

const step = (name: string, skippable: boolean): Step => ({
  name,
  deadlineMs: DEADLINE_MS,
  skippable,
});
const STEPS = [
  step('first', true),
  step('second', true),
  step('third', false),
  step('fourth', true),
];

/** Long enough that a torn copy shows, and different for each run of a step. */
const savedBefore = (position: number, name: string) => `${position}-${name}-`.repeat(20);

/** A worker that makes one move at a time, and knows what it has really done. */
class SteppedWorker {
  readonly #ledger: Ledger;
  readonly #moves: (() => void)[] = [];
  isMoving = false;
  finished = 0;
  on: Blame | undefined;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
    for (let position = 0; position < TEXTS; position += 1) this.#addText(position);
  }

  move(times: number): void {
    if (this.isMoving) return;
    this.isMoving = true;
    for (const each of this.#moves.splice(0, times)) each();
    this.isMoving = false;
  }

  #addText(culprit: number): void {
    this.#moves.push(() => {
      publishPosition(this.#ledger, culprit);
      this.on = { culprit };
    });
    for (const [position, each] of STEPS.entries()) {
      const saved = each.skippable ? savedBefore(culprit, each.name) : undefined;
      this.#moves.push(() => {
        publishStep(this.#ledger, position, saved);
        this.on = { culprit, at: { step: each, position, ...(saved && { saved }) } };
      });
    }
    this.#moves.push(() => {
      publishStep(this.#ledger, NO_STEP);
      this.on = { culprit };
    });
    this.#moves.push(() => {
      publishEntry(this.#ledger, { result: `${culprit}` });
      this.finished += 1;
    });
  }
}

interface Scene {
  readonly ledger: Ledger;
  readonly worker: SteppedWorker;
  readonly watch: ChunkWatch<string>;
  readonly entries: [Entry<string>, number][];
}

function setScene(): Scene {
  const ledger = createLedger(true);
  resetLedger(ledger);
  const entries: [Entry<string>, number][] = [];
  const watch = new ChunkWatch<string>(ledger, STEPS, (...each) => entries.push(each));
  return { ledger, worker: new SteppedWorker(ledger), watch, entries };
}

/**
 * Lets the worker continue in the middle of a look, before each word that is read. Returns the worker's
 * position when the first word is read.
 */
function interleave(worker: SteppedWorker, steps: readonly number[]): () => Blame | undefined {
  const { load } = Atomics;
  const left = [...steps];
  let seen: { on: Blame | undefined } | undefined;
  vi.spyOn(Atomics, 'load').mockImplementation(((words: Int32Array, at: number) => {
    if (!worker.isMoving) {
      worker.move(left.shift() ?? 0);
      seen ??= { on: worker.on };
    }
    return load(words, at);
  }) as typeof Atomics.load);
  return () => seen?.on;
}

afterEach(() => vi.restoreAllMocks());

const RUNS = cases(300, 3_000);

/** Mostly it stands still, otherwise it would never be blamed. */
const steps = fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.nat({ max: 3 }));
const looks = fc.array(fc.array(steps, { maxLength: 8 }), { maxLength: 12 });

describe('R01: who is blamed at the deadline', () => {
  test('is the text that was running when we looked and has no result, however far the worker gets meanwhile', () => {
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

  test('is never the successor that a step is just writing', () => {
    let looked = 0;
    for (let before = 0; before < 40; before += 1) {
      const { ledger, worker, watch } = setScene();
      worker.move(before);
      watch.tick(TICK_MS, DEADLINE_MS);
      const { on } = worker;
      const { set } = ledger.saved;
      vi.spyOn(ledger.saved, 'set').mockImplementation((bytes, at = 0) => {
        set.call(ledger.saved, bytes, at);
        ledger.saved.fill(0, at, at + 10);
        looked += 1;
        expect(watch.tick(TICK_MS, DEADLINE_MS)?.blame).toEqual(on);
      });
      worker.move(1);
    }
    expect(looked).toBe(3 * TEXTS);
  });

  test('is nobody while the worker is between two texts', () => {
    const { worker, watch, entries } = setScene();
    worker.move(3 + STEPS.length);
    expect(watch.tick(TICK_MS, DEADLINE_MS)).toBeUndefined();
    expect(watch.tick(TICK_MS, DEADLINE_MS)).toEqual({
      deadlineMs: DEADLINE_MS,
      blame: undefined,
    });
    expect(entries).toEqual([[{ result: '0' }, 0]]);
  });

  test('is nobody before the worker has begun', () => {
    const { watch } = setScene();
    watch.tick(TICK_MS, DEADLINE_MS);
    expect(watch.tick(TICK_MS, DEADLINE_MS)?.blame).toBeUndefined();
    expect(watch.hasBegun).toBe(false);
  });
});

test('R01: a death is blamed on the text that ran in the dead worker', () => {
  for (let before = 0; before <= TEXTS * (3 + STEPS.length); before += 1) {
    const { worker, watch, entries } = setScene();
    worker.move(before);
    const isBetween = worker.on === undefined || worker.on.culprit < worker.finished;
    expect(watch.blameDead()).toEqual(isBetween ? undefined : worker.on);
    expect(entries).toHaveLength(worker.finished);
  }
});

/** A fleet that calls one service through a breaker, while the service fails for a time. */
import type { Breaker, Surroundings } from './contestants.ts';
import { SimulatedTable } from './simulated-table.ts';
import { VirtualTime } from './virtual-time.ts';

/** How long a call takes. */
export const CALL_MS = 100;

export interface Outage {
  readonly environments: number;
  readonly seed: number;
  readonly downMs: number;
  readonly upMs: number;
  readonly endMs: number;
}

interface Run {
  readonly outage: Outage;
  readonly time: VirtualTime;
  readonly table: SimulatedTable<unknown>;
  attempts: number;
  openedAt: number;
  probes: number;
  probesInFlight: number;
  probesInFlightMax: number;
  /** Calls, without probes, that were begun while down: before it opened, within a second, later. */
  readonly leaked: { before: number; within: number; later: number };
  readonly attemptsBySecond: number[];
  readonly calledBySecond: number[];
}

/** A small seeded generator that is good enough to spread a load. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

async function environment(run: Run, breaker: Breaker, random: () => number): Promise<void> {
  const { time, outage } = run;
  await time.sleep(1_000 * random());
  while (time.now < outage.endMs) {
    const second = Math.floor(time.now / 1_000);
    run.attempts += 1;
    run.attemptsBySecond[second] = (run.attemptsBySecond[second] ?? 0) + 1;
    const came = await breaker((probe) => call(run, probe));
    if (came === 'called') run.calledBySecond[second] = (run.calledBySecond[second] ?? 0) + 1;
    await time.sleep(800 + 200 * random());
  }
}

async function call(run: Run, probe: boolean): Promise<'success' | 'failure'> {
  const { time, leaked, outage } = run;
  const fails = time.now >= outage.downMs && time.now < outage.upMs;
  if (probe) {
    run.probes += 1;
    run.probesInFlight += 1;
    run.probesInFlightMax = Math.max(run.probesInFlightMax, run.probesInFlight);
  } else if (fails) {
    if (time.now <= run.openedAt) leaked.before += 1;
    else if (time.now <= run.openedAt + 1_000) leaked.within += 1;
    else leaked.later += 1;
  }
  await time.sleep(CALL_MS);
  if (probe) run.probesInFlight -= 1;
  return fails ? 'failure' : 'success';
}

/** The first second from which on nearly all calls are made again. */
export function recoveredAfterMs({ outage, attemptsBySecond, calledBySecond }: Run): number {
  const well = (second: number) =>
    (calledBySecond[second] ?? 0) >= 0.95 * (attemptsBySecond[second] ?? 0);
  let second = outage.endMs / 1_000 - 2;
  while (second >= outage.upMs / 1_000 && well(second)) second -= 1;
  return (second + 1) * 1_000 - outage.upMs;
}

/** Makes a contestant's breaker for one environment. */
export type Enter = (table: SimulatedTable<unknown>, around: Surroundings) => () => Breaker;

/** Starts the load. Virtual time does not pass until it is run. */
export function begin(enter: Enter, outage: Outage): Run {
  const time = new VirtualTime();
  const random = randomFrom(outage.seed);
  const table = new SimulatedTable<unknown>(time, random);
  const run: Run = {
    outage,
    time,
    table,
    attempts: 0,
    openedAt: Number.POSITIVE_INFINITY,
    probes: 0,
    probesInFlight: 0,
    probesInFlightMax: 0,
    leaked: { before: 0, within: 0, later: 0 },
    attemptsBySecond: [],
    calledBySecond: [],
  };
  const onOpen = () => {
    run.openedAt = Math.min(run.openedAt, time.now);
  };
  const breaker = enter(table, { time, random, onOpen });
  for (let n = 0; n < outage.environments; n += 1) void environment(run, breaker(), random);
  return run;
}

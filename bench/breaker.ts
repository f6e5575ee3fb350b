/**
 * `npm run bench:breaker`: 1,000 environments call one service, which fails for two minutes and
 * comes back. What does each breaker cost while all is well, what leaks while the service is down,
 * how many probes are there, and how long does it take to notice and to recover? In virtual time,
 * from a seed (SEED), with the same load for each.
 */
import type { BreakerState } from '../core/breaker-state.ts';
import {
  alone,
  type Breaker,
  type LastWriterWins,
  lastWriterWins,
  ours,
  type Surroundings,
} from './breaker/contestants.ts';
import { SimulatedTable } from './breaker/simulated-table.ts';
import { VirtualTime } from './breaker/virtual-time.ts';

const ENVIRONMENTS = Number(process.env['ENVIRONMENTS'] ?? 1_000);
const SEED = Number(process.env['SEED'] ?? 1);
const DOWN_MS = 60_000;
const UP_MS = 180_000;
const END_MS = 420_000;
const CALL_MS = 100;
const DOLLARS_PER_MILLION = { reads: 0.125, writes: 0.625 };

interface Run {
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

/** Small, seeded, and good enough to spread a load. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

async function environment(run: Run, breaker: Breaker, random: () => number): Promise<void> {
  const { time } = run;
  await time.sleep(1_000 * random());
  while (time.now < END_MS) {
    const second = Math.floor(time.now / 1_000);
    run.attempts += 1;
    run.attemptsBySecond[second] = (run.attemptsBySecond[second] ?? 0) + 1;
    const came = await breaker((probe) => call(run, probe));
    if (came === 'called') run.calledBySecond[second] = (run.calledBySecond[second] ?? 0) + 1;
    await time.sleep(800 + 200 * random());
  }
}

async function call(run: Run, probe: boolean): Promise<'success' | 'failure'> {
  const { time, leaked } = run;
  const fails = time.now >= DOWN_MS && time.now < UP_MS;
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
function recoveredAfterMs({ attemptsBySecond, calledBySecond }: Run): number {
  const well = (second: number) =>
    (calledBySecond[second] ?? 0) >= 0.95 * (attemptsBySecond[second] ?? 0);
  let second = END_MS / 1_000 - 2;
  while (second >= UP_MS / 1_000 && well(second)) second -= 1;
  return (second + 1) * 1_000 - UP_MS;
}

async function contest(
  name: string,
  enter: (table: SimulatedTable<unknown>, around: Surroundings) => () => Breaker,
): Promise<Record<string, string | number>> {
  const time = new VirtualTime();
  const random = randomFrom(SEED);
  const table = new SimulatedTable<unknown>(time, random);
  const run: Run = {
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
  for (let n = 0; n < ENVIRONMENTS; n += 1) void environment(run, breaker(), random);

  await time.runUntil(DOWN_MS - 1);
  const healthy = { calls: run.attempts, reads: table.reads, writes: table.writes };
  await time.runUntil(UP_MS);
  const down = {
    calls: run.attempts - healthy.calls,
    reads: table.reads - healthy.reads,
    writes: table.writes - healthy.writes,
  };
  await time.runUntil(END_MS);
  const dollars = ({ calls, reads, writes }: typeof healthy) =>
    (
      (reads * DOLLARS_PER_MILLION.reads + writes * DOLLARS_PER_MILLION.writes) /
      Math.max(1, calls)
    ).toFixed(3);
  return {
    breaker: name,
    'reads / healthy call': (healthy.reads / healthy.calls).toFixed(3),
    'writes / healthy call': (healthy.writes / healthy.calls).toFixed(3),
    '$ / million, healthy': dollars(healthy),
    '$ / million, down': dollars(down),
    'writes / s, peak': table.writesPeak,
    'detected after ms': Math.round(run.openedAt - DOWN_MS),
    'calls before': run.leaked.before,
    'leaked <= 1 s': run.leaked.within,
    'leaked later': run.leaked.later,
    probes: run.probes,
    'probes at once': run.probesInFlightMax,
    'recovered after ms': recoveredAfterMs(run),
  };
}

console.log(
  `${ENVIRONMENTS} environments, about one call a second each, of ${CALL_MS} ms; down from ${DOWN_MS / 1_000} s to ${UP_MS / 1_000} s; seed ${SEED}`,
);
const results = [
  await contest('fhir-failsafe', (table, around) =>
    ours(table as SimulatedTable<BreakerState>, around),
  ),
  await contest('as circuitbreaker-lambda', (table, around) =>
    lastWriterWins(table as SimulatedTable<LastWriterWins>, around),
  ),
  await contest('one an environment', (_table, around) => alone(around)),
];
const [first] = results;
for (const measure of Object.keys(first ?? {})) {
  const values = results.map((result) => String(result[measure]).padStart(26)).join('');
  console.log(`${measure.padEnd(24)}${values}`);
}

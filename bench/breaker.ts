/**
 * `npm run bench:breaker`: 1,000 environments call one service, which fails for two minutes and comes back.
 * Measures what each breaker costs while all is well, what leaks while the service is down, how many probes
 * there are, and how long it takes to notice and to recover. In virtual time, from a seed (SEED), with the
 * same load for each. Recovery also depends on luck (when was the last probe?), so it is measured after
 * outages of several lengths.
 */
import type { BreakerState } from '../core/breaker/breaker-state.ts';
import { alone, type LastWriterWins, lastWriterWins, ours } from './breaker/contestants.ts';
import { begin, CALL_MS, type Enter, type Outage, recoveredAfterMs } from './breaker/outage.ts';
import type { SimulatedTable } from './breaker/simulated-table.ts';
import { noWords } from './words.ts';

noWords();

const OUTAGE: Outage = {
  environments: Number(process.env['ENVIRONMENTS'] ?? 1_000),
  seed: Number(process.env['SEED'] ?? 1),
  downMs: 60_000,
  upMs: 180_000,
  endMs: 420_000,
};
const OTHER_LENGTHS_MS = [40_000, 65_000, 85_000, 105_000, 140_000, 170_000];
const DOLLARS_PER_MILLION = { reads: 0.125, writes: 0.625 };

async function contest(name: string, enter: Enter): Promise<Record<string, string | number>> {
  const run = begin(enter, OUTAGE);
  const { time, table } = run;
  await time.runUntil(OUTAGE.downMs - 1);
  const healthy = { calls: run.attempts, reads: table.reads, writes: table.writes };
  await time.runUntil(OUTAGE.upMs);
  const down = {
    calls: run.attempts - healthy.calls,
    reads: table.reads - healthy.reads,
    writes: table.writes - healthy.writes,
  };
  await time.runUntil(OUTAGE.endMs);
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
    'detected after ms': Math.round(run.openedAt - OUTAGE.downMs),
    'calls before': run.leaked.before,
    'leaked <= 1 s': run.leaked.within,
    'leaked later': run.leaked.later,
    probes: run.probes,
    'probes at once': run.probesInFlightMax,
    'recovered after ms': recoveredAfterMs(run),
    ...(await recoveries(enter)),
  };
}

async function recoveries(enter: Enter): Promise<Record<string, number>> {
  const times: number[] = [];
  for (const lengthMs of OTHER_LENGTHS_MS) {
    const upMs = OUTAGE.downMs + lengthMs;
    const run = begin(enter, { ...OUTAGE, environments: 200, upMs, endMs: upMs + 180_000 });
    await run.time.runUntil(run.outage.endMs);
    times.push(recoveredAfterMs(run));
  }
  const mean = times.reduce((sum, each) => sum + each, 0) / times.length;
  return { '... others, mean': Math.round(mean), '... others, worst': Math.max(...times) };
}

const { environments, seed, downMs, upMs } = OUTAGE;
console.log(
  `${environments} environments, about one call a second each, of ${CALL_MS} ms; down from ${downMs / 1_000} s to ${upMs / 1_000} s; seed ${seed}`,
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

/**
 * `npm run gameday`: provokes the condition of each alarm of the template on the local runtime, and shows
 * that its metric moves. The measurements go to build/gameday/metrics.ndjson, for `npm run
 * picture:dashboard`.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DOWNSTREAM, ensureBuilt } from '../demo/build.ts';
import { startDownstream } from '../demo/downstream/server.ts';
import { startTerminology } from '../demo/downstream/terminology.ts';
import { readAssembly } from '../packages/local-lambda/template/assembly.ts';
import { ENV } from '../telemetry/env-names.ts';
import { type AlarmPlan, alarmsOf } from './alarms.ts';
import { type FunctionProperties, withVariables, writeChanged } from './assembly.ts';
import type { Place } from './drill.ts';
import { drillOf } from './drills.ts';
import { MetricRecords } from './metric-records.ts';
import { readAlarm } from './readings.ts';
import { describe, rowOf } from './results-table.ts';
import { provoke, type Result, warmUp } from './run.ts';
import { sampleDepths } from './sample-depths.ts';
import { openStage } from './stage.ts';

const ROOT = join(import.meta.dirname, '..');
const OUT = join(ROOT, 'build', 'gameday');
/** Pages are repeated and escalated at once. */
const INCIDENT = { pageAgainMs: 1, escalateMs: 2 };
/** The memory size is set so that a function uses this share of it. */
const MEMORY_SHARE = 0.8;
const SMALLEST_MB = 64;

const say = (line: string) => process.stderr.write(`${line}\n`);
const startedAt = Date.now();

// It takes no arguments: a mistyped one is refused before anything is built.
parseArgs();
await ensureBuilt(ROOT, say, DOWNSTREAM);
const built = join(ROOT, DOWNSTREAM.assembly);
const assembly = await readAssembly(built);
const { stackName } = assembly;
const alarms = alarmsOf(assembly);
const isStarved = (alarm: AlarmPlan) => drillOf(alarm)?.starved === true;

const records = new MetricRecords();
const fhir = await startDownstream();
const terminology = await startTerminology();
const endpoints = {
  [ENV.deliveryEndpoint]: fhir.endpoint,
  [ENV.terminologyEndpoint]: terminology.endpoint,
};
const wired = (name: string, properties: FunctionProperties) =>
  withVariables(properties, endpoints, name === 'incident' ? INCIDENT : {});
const results: Result[] = [];
/** By function, while all was well. */
let memoryUsedMb: ReadonlyMap<string, number> = new Map();
const before = new Map<AlarmPlan, number>();

async function drill(place: Place, some: readonly AlarmPlan[]): Promise<void> {
  for (const alarm of some) {
    const result = await provoke(alarm, place, records, before.get(alarm) ?? 0);
    results.push(result);
    say(rowOf(result));
  }
}

async function ordinaryDay(): Promise<void> {
  const into = join(OUT, 'ordinary');
  await writeChanged({ built, stackName, into }, wired);
  const stage = await openStage(into, records);
  try {
    const place = { stage, servers: { fhir, terminology }, stack: stackName };
    const sampling = sampleDepths(
      stage,
      [`${stackName}-critical-isolation`, `${stackName}-background-isolation`],
      records,
    );
    await warmUp(place, records);
    memoryUsedMb = new Map(records.memoryUsedMb);
    for (const alarm of alarms) {
      before.set(alarm, await readAlarm(alarm, startedAt, records, stage));
    }
    await drill(place, inOrder(alarms.filter((alarm) => !isStarved(alarm))));
    await sampling.stop();
  } finally {
    await stage.close();
  }
}

/**
 * The first incident comes first, because other drills crash too. Drills that take lanes out of
 * service come last.
 */
function inOrder(some: readonly AlarmPlan[]): AlarmPlan[] {
  const ranks = [/^page-unanswered$/, /./, /-errors$/, /^root-escalation$/, /-paused$/];
  const rankOf = ({ name }: AlarmPlan) => {
    const special = ranks.findIndex((rank, n) => n !== 1 && rank.test(name));
    return special === -1 ? 1 : special;
  };
  return some.toSorted((a, b) => rankOf(a) - rankOf(b));
}

async function starvedDay(): Promise<void> {
  const into = join(OUT, 'starved');
  await writeChanged({ built, stackName, into }, (name, properties) => ({
    ...wired(name, properties),
    ReservedConcurrentExecutions: 1,
    MemorySize: scarce(name, properties.MemorySize),
  }));
  const stage = await openStage(into, records);
  try {
    const place = { stage, servers: { fhir, terminology }, stack: stackName };
    await drill(place, alarms.filter(isStarved));
  } finally {
    await stage.close();
  }
}

/** In MB. A function that has not run keeps what it has. */
function scarce(name: string, memoryMb: number): number {
  const usedMb = memoryUsedMb.get(`${stackName}-${name}`);
  if (usedMb === undefined) return memoryMb;
  return Math.max(SMALLEST_MB, Math.round(usedMb / MEMORY_SHARE));
}

try {
  await ordinaryDay();
  await starvedDay();
} finally {
  await fhir.stop();
  await terminology.stop();
}
await mkdir(OUT, { recursive: true });
const lines = records.all.map((record) => JSON.stringify(record));
await writeFile(join(OUT, 'metrics.ndjson'), `${lines.join('\n')}\n`);
process.stdout.write(describe(alarms, results));
const minutes = ((Date.now() - startedAt) / 60_000).toFixed(1);
const still = results.filter(({ moved }) => !moved).length;
process.stdout.write(`${results.length} alarms, ${still} did not move, ${minutes} minutes\n`);
if (still > 0 || results.length !== alarms.length) process.exitCode = 1;

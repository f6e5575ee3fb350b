/**
 * `npm run bench:fairness`: what a flood costs the quiet sources. One source sends 20,000 while four send
 * 100 each, ten a second. Measures their time from submission to verdict, p50 and p99, without the flood,
 * with it, with it but without message groups, and in lane `critical` while `background` is flooded. The
 * flood gets a head start of a tenth. Goal: with message groups, at most 1.5 times.
 */
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { documentsOf } from '../aws/clients.ts';
import { pagesOf } from '../aws/table-pages.ts';
import { laneQueueName } from '../cli/target.ts';
import type { Lane } from '../core/message/messages.ts';
import { ensureBuilt, LOCAL } from '../demo/build.ts';
import { holdsPending, queueDepths } from '../demo/queues.ts';
import { createClients, destroyClients } from '../packages/local-lambda/clients.ts';
import { type Runtime, startRuntime } from '../packages/local-lambda/runtime.ts';
import { flood, trickle } from './fairness/traffic.ts';
import { noWords } from './words.ts';

noWords();

const FLOOD = Number(process.env['FLOOD'] ?? 20_000);
const QUIET = Number(process.env['QUIET'] ?? 100);
const EVERY_MS = 100;
const SOURCES = ['quiet-1', 'quiet-2', 'quiet-3', 'quiet-4'];

interface Scenario {
  readonly name: string;
  readonly flooded: boolean;
  readonly grouped: boolean;
  /** Of the quiet ones; the flood is in `background`. */
  readonly lane: Lane;
}

const SCENARIOS: readonly Scenario[] = [
  { name: 'background, no flood', flooded: false, grouped: true, lane: 'background' },
  { name: 'background, flood, with groups', flooded: true, grouped: true, lane: 'background' },
  { name: 'background, flood, no groups', flooded: true, grouped: false, lane: 'background' },
  { name: 'critical, no flood', flooded: false, grouped: true, lane: 'critical' },
  { name: 'critical, background flooded', flooded: true, grouped: true, lane: 'critical' },
];

type Clients = ReturnType<typeof createClients>;

interface Stored {
  readonly source: string;
  readonly resourceId: string;
  readonly sentAt: number;
  readonly storedAt: number;
}

/** Milliseconds from submission to verdict of each quiet message, ascending. */
async function measure(runtime: Runtime, clients: Clients, scenario: Scenario, round: string) {
  const { sqs } = clients;
  const { grouped, flooded } = scenario;
  const background = runtime.queueUrl(laneQueueName('dev', 'background'));
  const queue = runtime.queueUrl(laneQueueName('dev', scenario.lane));
  const flooding = flooded
    ? flood({ sqs, url: background }, { source: 'flood', count: FLOOD, grouped }, round)
    : undefined;
  if (flooding) await backlogOf(clients, background, FLOOD / 10);
  await Promise.all(
    SOURCES.map((source) =>
      trickle({ sqs, url: queue }, { source, count: QUIET, grouped }, round, EVERY_MS),
    ),
  );
  const [left = 0] = flooding ? await queueDepths(sqs, [background]) : [];
  await flooding;
  await drained(runtime, clients, [background, queue]);
  const times = await timesOf(runtime, clients, round);
  if (times.length !== SOURCES.length * QUIET) throw new Error(`lost: ${times.length} verdicts`);
  return { times, left };
}

async function backlogOf({ sqs }: Clients, url: string, messages: number): Promise<void> {
  for (;;) {
    const [depth = 0] = await queueDepths(sqs, [url]);
    if (depth >= messages) return;
    await wait(50);
  }
}

async function drained(runtime: Runtime, { sqs }: Clients, urls: string[]): Promise<void> {
  for (;;) {
    const depths = await queueDepths(sqs, urls);
    if (depths.every((depth) => depth === 0) && runtime.inFlight(holdsPending) === 0) return;
    await wait(200);
  }
}

/**
 * The times at which SQS accepted a message and its verdict was in Resources, on one machine's
 * clock.
 */
async function timesOf({ stackName }: Runtime, { dynamodb }: Clients, round: string) {
  const table = { name: `${stackName}-resources`, dynamo: documentsOf(dynamodb) };
  const times: number[] = [];
  for await (const { items } of pagesOf(table, ['source', 'resourceId', 'sentAt', 'storedAt'])) {
    for (const { source, resourceId, sentAt, storedAt } of items as unknown as Stored[]) {
      if (SOURCES.includes(source) && resourceId.startsWith(`${round}-`)) {
        times.push(storedAt - sentAt);
      }
    }
  }
  return times.sort((a, b) => a - b);
}

const quantile = (sorted: readonly number[], share: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

function show({ name, flooded }: Scenario, times: readonly number[], base: readonly number[]) {
  const column = (share: number) => {
    const ms = quantile(times, share);
    const ratio = flooded ? `${(ms / quantile(base, share)).toFixed(2)} ×` : '';
    return `${String(ms).padStart(8)} ms ${ratio.padStart(8)}`;
  };
  console.log(`${name.padEnd(34)}${column(0.5)}${column(0.99)}`);
}

await ensureBuilt(join(import.meta.dirname, '..'), console.error);
const runtime = await startRuntime({ assembly: LOCAL.assembly, log: console.error });
const clients = createClients(runtime.endpoints);
try {
  // Nothing is warm before.
  const warm: Scenario = { name: 'warm', flooded: false, grouped: true, lane: 'background' };
  await measure(runtime, clients, warm, 'w1');
  await measure(runtime, clients, { ...warm, lane: 'critical' }, 'w2');
  console.log(`${SOURCES.length} quiet sources of ${QUIET} messages, a flood of ${FLOOD}`);
  console.log(`${''.padEnd(34)}${'p50'.padStart(11)}${''.padEnd(9)}${'p99'.padStart(11)}`);
  let base: readonly number[] = [];
  for (const [position, scenario] of SCENARIOS.entries()) {
    const { times, left } = await measure(runtime, clients, scenario, `r${position}`);
    if (!scenario.flooded) base = times;
    else console.error(`${scenario.name}: ${left} of the flood were left at the last quiet one`);
    show(scenario, times, base);
  }
} finally {
  destroyClients(clients);
  await runtime.stop();
}

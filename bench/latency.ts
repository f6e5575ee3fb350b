/**
 * `npm run bench:latency [-- --rates 1,10,100 --seconds 20 --backlog 2000]`: how long a resource in lane
 * `critical` waits for its verdict, from the moment that it was due to be submitted until it is in Resources.
 * At each rate, alone and while `background` always holds a backlog. It measures the embedded runtime; and if
 * AWS_ENDPOINT_URL leads to an emulator, then the same stack there, which is deployed before and destroyed
 * afterwards: `npm run emulator -- npm run bench:latency`.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { deployed } from './latency/deployed.ts';
import { embedded } from './latency/embedded.ts';
import { depthOf, latencies, type Stage } from './latency/stage.ts';
import { floodUntil, submitSteadily } from './latency/steady.ts';

const { values } = parseArgs({
  options: {
    rates: { type: 'string', default: '1,10,100' },
    seconds: { type: 'string', default: '20' },
    backlog: { type: 'string', default: '2000' },
  },
});
const RATES = values.rates.split(',').map(Number);
const SECONDS = Number(values.seconds);
const BACKLOG = Number(values.backlog);
if (![...RATES, SECONDS, BACKLOG].every((each) => each > 0)) {
  console.error('error: --rates, --seconds and --backlog take numbers above 0');
  process.exit(1);
}

let rounds = 0;

/** Submits for some seconds, and calls `meanwhile` before it asks for the verdicts. */
async function measure(
  { critical, resources }: Stage,
  perSecond: number,
  meanwhile: () => Promise<unknown> = async () => {},
): Promise<number[]> {
  rounds += 1;
  const count = Math.max(1, Math.round(perSecond * SECONDS));
  const round = `l${Date.now()}-${rounds}`;
  const due = await submitSteadily(critical, { perSecond, count, round });
  await meanwhile();
  return latencies(resources, due);
}

async function besideFlood(stage: Stage, perSecond: number): Promise<number[]> {
  const over = new AbortController();
  const depth = () => depthOf(stage.background);
  const flooding = floodUntil(stage.background, { atLeast: BACKLOG, depth }, over.signal);
  while ((await depth()) < BACKLOG / 2) await wait(100);
  return measure(stage, perSecond, async () => {
    over.abort();
    console.error(`${perSecond} a second: ${await flooding} were sent to background meanwhile`);
    while ((await depth()) > 0) await wait(500);
  });
}

const quantile = (sorted: readonly number[], share: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

function show(name: string, took: readonly number[]): void {
  const [p50, p99] = [0.5, 0.99].map((share) =>
    `${Math.round(quantile(took, share))} ms`.padStart(10),
  );
  console.log(`${name.padEnd(44)}${String(took.length).padStart(8)}${p50}${p99}`);
}

async function measureStage(stage: Stage): Promise<void> {
  try {
    // Nothing is warm before.
    await measure(stage, 5);
    console.log(`${stage.name}, ${SECONDS} s each`);
    console.log(
      `${''.padEnd(44)}${'messages'.padStart(8)}${'p50'.padStart(10)}${'p99'.padStart(10)}`,
    );
    for (const rate of RATES) {
      show(`critical, ${rate} a second`, await measure(stage, rate));
      show(`critical, ${rate} a second, background flooded`, await besideFlood(stage, rate));
    }
  } finally {
    await stage.stop();
  }
}

const endpoint = process.env['AWS_ENDPOINT_URL'];
await measureStage(await embedded());
if (endpoint !== undefined) await measureStage(await deployed(endpoint));

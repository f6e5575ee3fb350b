/** Healthy messages through the pipeline while a random environment dies twice a second. */

import { seededRandom } from '../../local/demo/random.ts';
import { type Runtime, startRuntime } from '../../local/runtime.ts';
import { sampleEntries } from '../../local/start/entries.ts';
import { pageBook } from '../../local/start/pages.ts';
import { connect } from '../../local/start/pipeline.ts';
import { runThrough } from '../../local/start/run.ts';
import type { Summary } from '../../local/start/summary.ts';

const KILL_EVERY_MS = 500;

export interface Storm {
  readonly summary: Summary;
  readonly kills: number;
}

/** Submits `count` messages to lane `background`, kills until all are through, and accounts. */
export async function killStorm(assembly: string, count: number, seed: number): Promise<Storm> {
  const pages = pageBook(() => {});
  const runtime = await startRuntime({ assembly, onPage: pages.onPage });
  const killer = startKiller(runtime, seed);
  try {
    const pipeline = await connect(runtime, pages.keys);
    const live = { submitted: 0, total: count, stored: 0, rejected: 0, quarantined: 0 };
    const entries = sampleEntries({ count, seed, troubled: false });
    const { signal } = new AbortController();
    const { summary } = await runThrough(pipeline, entries, { live, say: console.error, signal });
    return { summary, kills: killer.kills() };
  } finally {
    killer.stop();
    await runtime.stop();
  }
}

export function describeStorm({ summary, kills }: Storm): string {
  const { submitted, stored, deadLettered, lost, duplicates, incidents, elapsedMs } = summary;
  const seconds = (elapsedMs / 1000).toFixed(0);
  return (
    `\n${submitted} messages, ${kills} environments killed by SIGKILL in ${seconds} s: ` +
    `${stored} stored, ${deadLettered} dead-lettered, ${lost} lost, ${duplicates} twice, ${incidents} incident(s)`
  );
}

function startKiller(runtime: Pick<Runtime, 'environments'>, seed: number) {
  const random = seededRandom(seed);
  let kills = 0;
  const timer = setInterval(() => {
    const [victim] = random.shuffle(runtime.environments());
    if (victim === undefined) return;
    try {
      process.kill(victim.pid, 'SIGKILL');
      kills += 1;
    } catch {
      // It was gone already.
    }
  }, KILL_EVERY_MS);
  return { kills: () => kills, stop: () => clearInterval(timer) };
}

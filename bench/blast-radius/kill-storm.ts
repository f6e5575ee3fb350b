/**
 * Healthy messages through the pipeline while a random environment is killed twice a second, until all have
 * ended. Each component whose environments are killed is a scope of its own, and each scope gets its own
 * incident, so the victims are those of `validate`, or with STORM=all of every function.
 */

import { sampleEntries } from '../../demo/entries.ts';
import { pageBook } from '../../demo/pages.ts';
import { LanePauses } from '../../demo/pauses.ts';
import { connect } from '../../demo/pipeline.ts';
import { runThrough } from '../../demo/run.ts';
import { seededRandom } from '../../demo/sample/random.ts';
import type { Summary } from '../../demo/summary.ts';
import { type Runtime, startRuntime } from '../../packages/local-lambda/runtime.ts';

/**
 * On average. In a fixed rhythm, equal to the queues' visibility timeout, a message would meet every kill.
 */
const KILL_EVERY_MS = 500;
const SAY_EVERY_MS = 30_000;
const VICTIMS = process.env['STORM'] === 'all' ? /./ : /-validate-/;

export interface Storm {
  readonly summary: Summary;
  /** Of the incidents, one for each. */
  readonly scopes: readonly string[];
  readonly kills: number;
  /** Lanes that were paused at any time. */
  readonly paused: readonly string[];
}

/** Submits `count` messages to lane `background`, kills until all have ended, and accounts for each. */
export async function killStorm(assembly: string, count: number, seed: number): Promise<Storm> {
  const pages = pageBook(() => {});
  const runtime = await startRuntime({ assembly, onPage: pages.onPage });
  const live = { submitted: 0, total: count, stored: 0, rejected: 0, quarantined: 0 };
  const ended = () => live.stored + live.rejected + live.quarantined >= count;
  const killer = startKiller(runtime, seed, ended);
  const say = () =>
    console.error(`${killer.kills()} killed; ${live.stored} of ${count} messages stored`);
  const saying = setInterval(say, SAY_EVERY_MS);
  const through = new AbortController();
  try {
    const pipeline = await connect(runtime, pages.keys);
    const pauses = new LanePauses(pipeline.tables, console.error);
    const followed = pauses.follow(through.signal);
    const entries = sampleEntries({ count, seed, troubled: false });
    const { signal } = new AbortController();
    const run = await runThrough(pipeline, entries, { live, say: console.error, signal });
    const scopes = run.incidents.map(({ pk }) => pk);
    through.abort();
    await followed;
    // Lanes that were just paused are still held.
    await pauses.look();
    const paused = [...pauses.seen.keys()];
    return { summary: run.summary, scopes, kills: killer.kills(), paused };
  } finally {
    through.abort();
    clearInterval(saying);
    killer.stop();
    await runtime.stop();
  }
}

export function describeStorm({ summary, scopes, kills, paused }: Storm): string {
  const { submitted, stored, deadLettered, lost, duplicates, incidents, elapsedMs } = summary;
  const seconds = (elapsedMs / 1000).toFixed(0);
  return (
    `\n${submitted} messages, ${kills} environments killed by SIGKILL in ${seconds} s: ` +
    `${stored} stored, ${deadLettered} dead-lettered, ${lost} lost, ${duplicates} twice, ${incidents} incident(s): ${scopes.join(', ')}; ` +
    `${paused.length} lanes paused ${paused.join(', ')}`.trimEnd()
  );
}

function startKiller(runtime: Pick<Runtime, 'environments'>, seed: number, ended: () => boolean) {
  const random = seededRandom(seed);
  let kills = 0;
  let timer = setTimeout(kill, KILL_EVERY_MS);
  return { kills: () => kills, stop: () => clearTimeout(timer) };

  function kill(): void {
    timer = setTimeout(kill, random.int(0, 2 * KILL_EVERY_MS));
    const victims = runtime.environments().filter(({ functionName }) => VICTIMS.test(functionName));
    const [victim] = random.shuffle(victims);
    if (victim === undefined || ended()) return;
    try {
      process.kill(victim.pid, 'SIGKILL');
      kills += 1;
    } catch {
      // It was gone already.
    }
  }
}

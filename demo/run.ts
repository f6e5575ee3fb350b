/** One run: submits, waits until all have ended, and accounts for every message. */
import { setTimeout as wait } from 'node:timers/promises';
import { place } from '../cli/input/entry.ts';
import { submit } from '../cli/submit/submit.ts';
import { account, type Submitted } from './accounting.ts';
import { drain } from './drain.ts';
import { type Entries, keyOf } from './entries.ts';
import { follow, type Live } from './live.ts';
import type { Pipeline } from './pipeline.ts';
import { describeWaiting, queueDepths } from './queues.ts';
import type { Run } from './summary.ts';
import { countEnded, readIncidents, readQuarantine, readResources, type Tables } from './tables.ts';

export interface RunView {
  readonly live: Live;
  readonly say: (line: string) => void;
  /** Aborts the run. */
  readonly signal: AbortSignal;
}

/** A page is sent after its incident is saved, and takes a moment to arrive. */
const PAGES_WITHIN_MS = 10_000;

/** @throws the signal's reason if it aborted. */
export async function runThrough(
  pipeline: Pipeline,
  entries: Entries,
  view: RunView,
): Promise<Run> {
  const startedAt = Date.now();
  const startedMs = performance.now();
  const ended = new AbortController();
  const before = await countEnded(pipeline.tables);
  const over = AbortSignal.any([ended.signal, view.signal]);
  const followed = follow(view.live, pipeline.tables, before, over);
  const pause = (ms: number) => wait(ms, undefined, { signal: view.signal });
  try {
    const { ledger, unsent } = await submitAll(pipeline, entries, view);
    const drained = await drain({
      depths: () => depthsNow(pipeline),
      account: () => accountNow(pipeline.tables, ledger),
      now: () => performance.now(),
      wait: pause,
      quiet: (depths) => view.say(describeWaiting(pipeline.queueUrls, depths)),
    });
    const { pending, submitted, stored, rejected, deadLettered, duplicates } = drained.account;
    const incidents = await readIncidents(pipeline.tables, startedAt);
    await pagesSent(pipeline, incidents.length, pause);
    const elapsedMs = Math.round(drained.atMs - startedMs);
    const ends = { submitted, stored, rejected, deadLettered, lost: pending.length, duplicates };
    const told = { incidents: incidents.length, pages: pipeline.pageKeys().size };
    return {
      summary: { ...ends, ...told, elapsedMs },
      incidents,
      unsent,
      ...(drained.kind === 'stalled' && { stalled: drained.waiting }),
    };
  } finally {
    ended.abort();
    await followed;
  }
}

async function submitAll({ target, submitter }: Pipeline, entries: Entries, view: RunView) {
  const ledger = new Map<string, Submitted>();
  const { unsent } = await submit(target, entries, {
    signal: view.signal,
    source: submitter.source,
    onAccepted: (resource, messageId, sentAfterMs) => {
      ledger.set(messageId, { pk: keyOf(resource, submitter.source), sentAfterMs });
      view.live.submitted = ledger.size;
    },
    onUnsent: (entry, reason) => view.say(`${place(entry)}: not submitted: ${reason}`),
  });
  view.signal.throwIfAborted();
  view.say(`  ${ledger.size} submitted; each is followed until it has ended`);
  return { ledger, unsent };
}

async function depthsNow({ target, queueUrls, inFlight }: Pipeline): Promise<number[]> {
  return [...(await queueDepths(target.sqs, queueUrls)), inFlight()];
}

async function accountNow(tables: Tables, ledger: ReadonlyMap<string, Submitted>) {
  return account(ledger, await readResources(tables), await readQuarantine(tables));
}

async function pagesSent(
  { pageKeys }: Pipeline,
  incidents: number,
  pause: (ms: number) => Promise<void>,
) {
  const deadline = performance.now() + PAGES_WITHIN_MS;
  while (pageKeys().size < incidents && performance.now() < deadline) await pause(100);
}

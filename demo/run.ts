/** One run: submits, waits until all have ended, and accounts for every message. */
import { setTimeout as wait } from 'node:timers/promises';
import { place } from '../cli/input/entry.ts';
import { submit } from '../cli/submit/submit.ts';
import { account, type Submitted } from './accounting.ts';
import { drain } from './drain.ts';
import { type Entries, keyOf } from './entries.ts';
import type { Pipeline } from './pipeline.ts';
import { follow, type Live } from './progress-line.ts';
import { describeWaiting, queueDepths, WHY_WAITING, waitingFor } from './queues.ts';
import type { Run } from './summary.ts';
import { countEnded, readIncidents, readQuarantine, readResources, type Tables } from './tables.ts';

export interface RunView {
  readonly live: Live;
  /** Called once the first message has ended. */
  readonly onFirst?: () => void;
  readonly say: (line: string) => void;
  /** Aborts the run. */
  readonly signal: AbortSignal;
}

/** A page is sent after its incident is saved, and takes a moment to arrive. */
const PAGES_WITHIN_MS = 10_000;
const PAGES_SAID_AFTER_MS = 1_000;

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
  const followed = follow(view, pipeline.tables, before, over);
  const pause = (ms: number) => wait(ms, undefined, { signal: view.signal });
  try {
    const { ledger, unsent } = await submitAll(pipeline, entries, view);
    const drained = await drain({
      depths: () => depthsNow(pipeline),
      account: () => accountNow(pipeline.tables, ledger),
      now: () => performance.now(),
      wait: pause,
      quiet: sayWaiting(pipeline, view.say),
    });
    const { pending, submitted, stored, rejected, deadLettered, duplicates } = drained.account;
    const incidents = await readIncidents(pipeline.tables, startedAt);
    const due = incidents.reduce((sum, { others }) => sum + 1 + others.length, 0);
    await pagesSent(pipeline, due, { pause, say: view.say });
    const elapsedMs = Math.round(drained.atMs - startedMs);
    const ends = { submitted, stored, rejected, deadLettered, lost: pending.length, duplicates };
    const notified = { incidents: incidents.length, pages: pipeline.pageKeys().size };
    return {
      summary: { ...ends, ...notified, elapsedMs },
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

async function depthsNow({ target, queueUrls, underWay }: Pipeline): Promise<number[]> {
  return [...(await queueDepths(target.sqs, queueUrls)), ...Object.values(underWay())];
}

/** Says what a run waits for, and the first time why that may take long. */
function sayWaiting({ queueUrls, underWay }: Pipeline, say: RunView['say']) {
  let explained = false;
  return (depths: readonly number[], forMs: number) => {
    say(describeWaiting(waitingFor(queueUrls, depths, underWay()), forMs));
    if (!explained) say(WHY_WAITING);
    explained = true;
  };
}

async function accountNow(tables: Tables, ledger: ReadonlyMap<string, Submitted>) {
  return account(ledger, await readResources(tables), await readQuarantine(tables));
}

async function pagesSent(
  { pageKeys }: Pipeline,
  due: number,
  { pause, say }: Pick<RunView, 'say'> & { readonly pause: (ms: number) => Promise<void> },
) {
  const startedMs = performance.now();
  const isMissing = () => pageKeys().size < due;
  const waitUntil = async (ms: number) => {
    while (isMissing() && performance.now() - startedMs < ms) await pause(100);
  };
  await waitUntil(PAGES_SAID_AFTER_MS);
  if (isMissing()) say(`  … waiting for pages: ${pageKeys().size} of ${due}`);
  await waitUntil(PAGES_WITHIN_MS);
}

/** How redriven messages ended. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Table } from '../../aws/handles.ts';
import { readStatuses } from '../../aws/quarantine-statuses.ts';
import { type Aftermath, aftermathOf, type SentAs } from '../../core/message/redrive.ts';
import { complain, print } from '../../terminal/print.ts';
import { counted } from '../counted.ts';
import { showProgress } from '../progress.ts';
import { waitFor } from '../wait-for.ts';

/** What was sent, by id. */
export type Sent = ReadonlyMap<string, SentAs>;

export interface Patience {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

const WELL: readonly Aftermath[] = ['stored', 'delivered'];

/** Prints how many ended how; true if all are stored or delivered. */
export async function sayWhatBecame(
  table: Table,
  sent: Sent,
  patience: Patience,
): Promise<boolean> {
  if (sent.size === 0) return true;
  const startedAt = Date.now();
  const look = { waiting: sent.size };
  const progress = showProgress(
    process.stderr,
    () => `waiting for ${look.waiting} of ${sent.size} to end`,
  );
  const endings = await waitFor([...sent.keys()], (ids) => endingsOf(table, ids, sent), {
    ...patience,
    now: Date.now,
    wait,
    onLook: (waiting) => {
      look.waiting = waiting;
    },
  }).finally(progress.stop);
  const all = [...sent.keys()].map((id): Aftermath => endings.get(id) ?? 'still waiting');
  const seconds = Math.round((Date.now() - startedAt) / 1_000);
  print(`after ${seconds} s: ${counted(all)}`);
  if (all.includes('still waiting')) {
    complain('messages that still wait have not ended yet: see `npm run cli -- message show ID`');
  }
  return all.every((ending) => WELL.includes(ending));
}

/** The endings of those that have ended. */
export async function endingsOf(
  table: Table,
  ids: readonly string[],
  sent: Sent,
): Promise<Map<string, Aftermath>> {
  const statuses = await readStatuses(table, ids);
  const endings = statuses.map((entry) => {
    return [entry.pk, aftermathOf(entry, sent.get(entry.pk) ?? { round: 0 })] as const;
  });
  return new Map(endings.filter(([, ending]) => ending !== 'still waiting'));
}

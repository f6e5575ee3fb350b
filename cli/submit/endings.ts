/** `submit --wait`: how the sent messages ended. */
import { setTimeout as wait } from 'node:timers/promises';
import pLimit from 'p-limit';
import { readStatuses } from '../../aws/quarantine-statuses.ts';
import { isCurrent } from '../../aws/stored-messages.ts';
import { endingOf, type MessageLife } from '../../core/message/message-life.ts';
import { resourceName } from '../../lib/config/stage-config.ts';
import { complain, print } from '../../terminal/print.ts';
import { printable } from '../../terminal/printable.ts';
import { tableNamed } from '../clients.ts';
import { counted } from '../counted.ts';
import { bar, showProgress } from '../progress.ts';
import { waitFor } from '../wait-for.ts';
import type { Sent } from './sent.ts';

type Ending = MessageLife['ending'];

const queries = pLimit(16);
/** More lines would scroll away the important ones. */
const SHOWN_MAX = 20;

/** Prints how many ended how, and the first that are not stored; true if all are. */
export async function sayHowTheyEnded(
  stage: string,
  sent: Sent,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  const { ids } = sent;
  const startedAt = Date.now();
  const look = { waiting: ids.length };
  const progress = showProgress(process.stderr, () => {
    const ended = ids.length - look.waiting;
    return `${bar(ended, ids.length)} ${ended} of ${ids.length} ended`.trim();
  });
  const endings = await waitFor(ids, (asked) => endingsOf(stage, asked, sent), {
    timeoutMs,
    now: Date.now,
    wait,
    signal,
    onLook: (waiting) => {
      look.waiting = waiting;
    },
  }).finally(progress.stop);
  const seconds = Math.round((Date.now() - startedAt) / 1_000);
  const others = ids.filter((id) => endings.get(id) !== 'stored');
  print(`after ${seconds} s: ${counted(ids.map((id) => endings.get(id) ?? 'waiting'))}`);
  for (const id of others.slice(0, SHOWN_MAX)) {
    complain(printable(`${sent.placeOf(id)}: ${endings.get(id) ?? 'waiting'}: message show ${id}`));
  }
  if (others.length > SHOWN_MAX) complain(`and ${others.length - SHOWN_MAX} more`);
  return others.length === 0;
}

async function endingsOf(
  stage: string,
  ids: readonly string[],
  sent: Sent,
): Promise<Map<string, Ending>> {
  const endings = new Map<string, Ending>();
  for (const entry of await readStatuses(tableNamed(resourceName(stage, 'quarantine')), ids)) {
    const ending = endingOf([entry]);
    if (ending !== 'waiting') endings.set(entry.pk, ending);
  }
  const unknown = ids.filter((id) => !endings.has(id));
  const table = tableNamed(resourceName(stage, 'resources'));
  await Promise.all(
    unknown.map((id) =>
      queries(async () => {
        if (await isCurrent(table, id)) endings.set(id, 'stored');
      }),
    ),
  );
  sent.noteStored([...endings].filter(([, ending]) => ending === 'stored').map(([id]) => id));
  for (const id of sent.replaced()) if (!endings.has(id)) endings.set(id, 'stored');
  return endings;
}

/** Finds messages by message id, by correlation id, or by file and line. */

import type { Table } from '../../aws/handles.ts';
import { DELIVERY_ENTRY, entryIds, readEntry } from '../../aws/quarantine-entries.ts';
import { type StoredMessage, storedBy, storedSaying } from '../../aws/stored-messages.ts';
import { CORRELATION_ID } from '../../core/message/chosen-id-forms.ts';
import { lifeOf, type MessageLife, type TroubleRecord } from '../../core/message/message-life.ts';
import { fileAsSent } from '../submit/outgoing.ts';

export interface FoundMessage {
  readonly life: MessageLife;
  readonly stored: StoredMessage | undefined;
}

export interface Tables {
  readonly quarantineTable: Table;
  readonly resourcesTable: Table;
}

/** @param onSlow called before whole tables are read. */
export async function findMessages(
  tables: Tables,
  asked: string,
  onSlow: () => void,
): Promise<FoundMessage[]> {
  const one = await byMessageId(tables, asked);
  if (one !== undefined) return [one];
  const said = saidOf(asked);
  if (said === undefined) return [];
  onSlow();
  const ids = new Set<string>();
  for await (const { messageId } of storedSaying(tables.resourcesTable, said)) ids.add(messageId);
  for await (const pk of entryIds(tables.quarantineTable, said)) ids.add(messageIdOf(pk));
  const found = await Promise.all([...ids].map((id) => byMessageId(tables, id)));
  return found
    .filter((message) => message !== undefined)
    .sort((a, b) => a.life.sentAt - b.life.sentAt);
}

const messageIdOf = (pk: string) =>
  pk.startsWith(DELIVERY_ENTRY) ? pk.slice(DELIVERY_ENTRY.length) : pk;

async function byMessageId(
  { quarantineTable, resourcesTable }: Tables,
  messageId: string,
): Promise<FoundMessage | undefined> {
  const [stored, ...entries] = await Promise.all([
    storedBy(resourcesTable, messageId),
    readEntry(quarantineTable, messageId),
    readEntry(quarantineTable, `${DELIVERY_ENTRY}${messageId}`),
  ]);
  const troubles = entries
    .filter((entry) => entry !== undefined)
    .map(({ pk: _, discard, ...entry }): TroubleRecord => {
      return { ...entry, messageId, ...(discard !== undefined && { discard }) };
    });
  const life = lifeOf(stored, troubles);
  return life && { life, stored };
}

/** `FILE:LINE`, or a correlation id of an accepted form. */
function saidOf(asked: string): Record<string, string | number> | undefined {
  if (CORRELATION_ID.test(asked)) return { correlationId: asked };
  const [, file, line] = /^(.+):(\d{1,9})$/s.exec(asked) ?? [];
  return file === undefined ? undefined : { file: fileAsSent(file), line: Number(line) };
}

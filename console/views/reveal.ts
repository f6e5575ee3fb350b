/** Reveals PHI. The audit log records who and why before anything is read (R42). */
import { z } from 'zod';
import { bodyOfStored, storedBy } from '../../aws/stored-messages.ts';
import { openRecorder } from '../../cli/audit/recorder.ts';
import { BodyGone, textOf } from '../../cli/quarantine/body.ts';
import { type Reader, recordRead } from '../../cli/quarantine/reveal.ts';
import type { QuarantineStage } from '../../cli/quarantine/stage.ts';
import type { Revealed } from '../contract/reveal.ts';
import { Failure } from '../server/failure.ts';
import { existing } from './entry.ts';
import { inLines } from './in-lines.ts';
import { idSchema, parsed, reasonSchema } from './query.ts';
import { revealedIssues } from './revealed-issues.ts';

/** A longer text does not help a person, and slows the browser. */
const CHARACTERS_MAX = 1024 * 1024;

const requestSchema = z.strictObject({
  what: z.enum(['entry', 'stored']),
  id: idSchema,
  reason: reasonSchema,
});

interface Place {
  readonly name: string;
  readonly by: string;
}

export async function reveal(
  stage: QuarantineStage,
  { name, by }: Place,
  body: unknown,
): Promise<Revealed> {
  const { what, id, reason } = parsed(requestSchema, body);
  const reader: Reader = { by, reason: reason.trim() };
  return what === 'entry'
    ? revealEntry(stage, name, id, reader)
    : revealStored(stage, name, id, reader);
}

async function revealEntry(
  stage: QuarantineStage,
  name: string,
  id: string,
  reader: Reader,
): Promise<Revealed> {
  const entry = await existing(stage, id);
  await recordRead(entry, reader, () => openRecorder(name));
  const shown = show(await readable(stage, entry));
  return { ...shown, issues: revealedIssues(entry, shown) };
}

async function revealStored(
  stage: QuarantineStage,
  name: string,
  id: string,
  reader: Reader,
): Promise<Revealed> {
  const stored = await storedBy(stage.resourcesTable, id);
  if (stored === undefined) throw new Failure('not-found', 'it is not the current resource');
  const read = { pk: id, lane: stored.lane, what: 'stored resource' };
  await recordRead(read, reader, () => openRecorder(name));
  const placed = await bodyOfStored(stage.resourcesTable, stored.pk);
  if (placed === undefined) {
    throw new Failure('refused', 'its resource was replaced or erased just now');
  }
  return { ...show(await readable(stage, placed)), issues: [] };
}

async function readable(...entry: Parameters<typeof textOf>): Promise<string> {
  try {
    return await textOf(...entry);
  } catch (error) {
    if (!(error instanceof BodyGone)) throw error;
    throw new Failure('refused', `there is no body to show: ${error.message}`, { cause: error });
  }
}

function show(text: string): Pick<Revealed, 'body' | 'truncated'> {
  const lines = text.length > CHARACTERS_MAX ? text : inLines(text);
  return { body: lines.slice(0, CHARACTERS_MAX), truncated: lines.length > CHARACTERS_MAX };
}

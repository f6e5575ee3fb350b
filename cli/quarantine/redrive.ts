/** Sends quarantined messages back to their lane, where they run alone. */

import { sendTriggers } from '../../aws/delivery-queue.ts';
import { hop, sendAll } from '../../aws/lane-queues.ts';
import { type QuarantineRecord, readEntry } from '../../aws/quarantine-entries.ts';
import { announceRedrive, raiseRound, redriveSent } from '../../aws/quarantine-redrive.ts';
import { markDelivered } from '../../aws/quarantine-table.ts';
import { pendAnew } from '../../aws/redriven-deliveries.ts';
import { roundOf } from '../../core/attempt/attempts.ts';
import { type Origin, originSchema } from '../../core/message/messages.ts';
import {
  decideRedrive,
  type RedriveMark,
  type SentAs,
  type SkipReason,
} from '../../core/message/redrive.ts';
import { messageBodyOf } from './body.ts';
import { correct } from './correct.ts';
import { type EntryFilter, matches } from './filter.ts';
import { resolvedAsStored } from './resolve.ts';
import { idsOf, type Selection } from './selection.ts';
import type { QuarantineStage } from './stage.ts';
import { type Counts, type WorkOptions, workThrough } from './work-through.ts';

export interface RedriveOptions extends WorkOptions {
  /** Epoch ms: only entries that were quarantined by then. It names the redrive. */
  readonly before: number;
  readonly by: string;
  readonly why?: string | undefined;
  /** The filter of the selection. */
  readonly only: EntryFilter;
  readonly dryRun: boolean;
  /** Sent in place of the body of the one selected entry. */
  readonly corrected?: string | undefined;
  readonly onFailed: (messageId: string, reason: string) => void;
  readonly onSent: (messageId: string, sent: SentAs) => void;
}

export type RedriveEnding =
  | 'sent'
  /** Marked and not sent by an older version of this command. */
  | 'finished'
  | 'stored already'
  | 'not meant'
  | 'unknown'
  | 'changed meanwhile'
  | 'failed'
  | SkipReason;

/** Redrives a selection. It may be interrupted: run again with the same `before`, it continues. */
export function redrive(
  stage: QuarantineStage,
  selection: Selection,
  options: RedriveOptions,
): Promise<Counts<RedriveEnding>> {
  const ids = idsOf(stage.quarantineTable, selection, options.only);
  return workThrough(ids, options, stage, async (id) => {
    try {
      return await redriveOne(stage, id, options);
    } catch (error) {
      options.onFailed(id, error instanceof Error ? `${error.name}: ${error.message}` : 'failed');
      return 'failed';
    }
  });
}

async function redriveOne(
  stage: QuarantineStage,
  id: string,
  options: RedriveOptions,
): Promise<RedriveEnding> {
  const entry = await readEntry(stage.quarantineTable, id);
  if (entry === undefined) return 'unknown';
  if (!matches(options.only, entry)) return 'not meant';
  const step = decideRedrive(entry, options.before);
  if (step.kind === 'skip') return step.because;
  if (options.dryRun) return step.kind === 'begin' ? 'sent' : 'finished';
  if (step.kind === 'finish') {
    await send(stage, entry, async () => {
      await redriveSent(stage.quarantineTable, entry.pk, entry.redrives, stage.now());
    });
    options.onSent(id, { round: roundOf(entry), quarantinedAt: entry.quarantinedAt });
    return 'finished';
  }
  if (await resolvedAsStored(stage, entry)) return 'stored already';
  const { before, by, why, corrected } = options;
  const said = { at: stage.now(), by, why: why ?? '' };
  const sent = corrected === undefined ? entry : await correct(stage, entry, corrected, said);
  if (sent === undefined) return 'changed meanwhile';
  const mark: RedriveMark = { before, at: stage.now(), by, why };
  if (!(await announceRedrive(stage.quarantineTable, entry, mark))) return 'changed meanwhile';
  const round = roundOf(entry) + 1;
  const raise = async () => {
    // Its message may have run by now, and have raised the round itself.
    await raiseRound(stage.quarantineTable, entry, round, { ...mark, sentAt: stage.now() });
  };
  await send(stage, { ...sent, round }, raise);
  options.onSent(id, { round, quarantinedAt: entry.quarantinedAt });
  return 'sent';
}

/**
 * Sends the message, then raises its round. After a death in between, a second copy belongs to the
 * same round, which R04 allows.
 */
async function send(
  stage: QuarantineStage,
  entry: QuarantineRecord,
  raise: () => Promise<void>,
): Promise<void> {
  const { pk, delivery } = entry;
  if (delivery === undefined) {
    await sendToLane(stage, entry);
    await raise();
    return;
  }
  switch (await pendAnew(stage.resourcesTable, delivery, pk, stage.now())) {
    case 'pending':
      // The resource is stored; only its delivery is repeated. Its mark does not need the trigger.
      await raise();
      await trigger(stage, delivery.pk);
      return;
    case 'nothing to do':
      await markDelivered(stage.quarantineTable, pk);
      return;
    case 'erased':
      // The erasure goes on, and discards the entry.
      throw new Error('its patient was erased');
  }
}

async function trigger({ deliveryQueue }: QuarantineStage, pk: string): Promise<void> {
  const [error] = await sendTriggers(deliveryQueue, [pk]);
  if (error !== undefined) throw error;
}

async function sendToLane(stage: QuarantineStage, entry: QuarantineRecord): Promise<void> {
  const envelope = { ...originOf(entry), lane: entry.lane, redrivenAt: stage.now() };
  const message = await hop(await messageBodyOf(stage, entry), envelope, stage.bucket);
  const [error] = await sendAll(stage.isolationQueues[entry.lane], [message]);
  if (error !== undefined) throw error;
}

/** The message's first origin, so that its place in the order of submissions stays (R05). */
function originOf(entry: QuarantineRecord): Origin {
  return originSchema.parse({ ...entry, messageId: entry.pk });
}

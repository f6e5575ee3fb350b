/**
 * When operators erase a patient: a resource that names the patient has just come to a place where it is hard to catch. It is
 * in a batch, in isolation, in quarantine, on its way back, stored, being delivered, or waits behind an open breaker.
 */
import type { EffectOf } from '../effects.ts';
import { SENDERS } from '../outside.ts';
import type { Random } from '../random.ts';
import type { Submission } from '../submission.ts';
import type { Command } from './command.ts';

/** Parts of the habit, because there are many of these moments. */
const IN_A_BATCH = 0.02;
const IN_TROUBLE = 0.2;
const STORED = 0.02;
const DELIVERED = 0.02;
const BREAKER_OPENS = 0.3;

interface AroundErasure {
  readonly random: Random;
  readonly erases: number;
  readonly submissions: ReadonlyMap<string, Submission>;
}

export function erasureAt(
  effect: EffectOf<'written'>,
  { random, erases, submissions }: AroundErasure,
): Extract<Command, { readonly kind: 'erase' }> | undefined {
  if (erases === 0) return undefined;
  const { share, messageId } = momentOf(effect, random, submissions);
  if (!random.chance(share * erases)) return undefined;
  const submission = submissions.get(messageId);
  if (submission === undefined || !(submission.source in SENDERS)) return undefined;
  const { source, patients } = submission;
  const [own] = patients;
  if (own === undefined) return undefined;
  const id = patients[random.below(patients.length)] ?? own;
  // One word for each patient: what a later erasure keeps, an earlier one does not erase any more.
  const shared = Number(id.slice(1)) % 2 === 0 ? 'erase' : 'keep';
  return { kind: 'erase', source, id, shared };
}

interface Moment {
  readonly share: number;
  readonly messageId: string;
}

const NONE: Moment = { share: 0, messageId: '' };

function momentOf(
  { table, before, after }: EffectOf<'written'>,
  random: Random,
  submissions: AroundErasure['submissions'],
): Moment {
  if (after === undefined) return NONE;
  const messageId = String(after['messageId']);
  if (table.endsWith('-resources')) {
    if (before?.['messageId'] !== messageId) return { share: STORED, messageId };
    const isLeased = before['deliveryLease'] === undefined && after['deliveryLease'] !== undefined;
    return isLeased ? { share: DELIVERED, messageId } : NONE;
  }
  if (table.endsWith('-quarantine')) {
    const isNews = before?.['status'] !== after['status'] || isMore(before, after);
    return isNews ? { share: IN_TROUBLE, messageId: String(after['pk']) } : NONE;
  }
  if (table.endsWith('-inflight')) {
    const messageIds = (after['messageIds'] ?? []) as readonly string[];
    if (messageIds.length === 0) return NONE;
    return { share: IN_A_BATCH, messageId: messageIds[random.below(messageIds.length)] ?? '' };
  }
  const opens = table.endsWith('-breakers') && after['phase'] === 'open';
  if (!opens || before?.['phase'] === 'open') return NONE;
  const latest = [...submissions.keys()];
  return { share: BREAKER_OPENS, messageId: latest[random.below(latest.length)] ?? '' };
}

/** Whether its next attempt begins, or it is sent back. */
const isMore = (before: EffectOf<'written'>['before'], after: object): boolean => {
  const { attempts = [], redrive } = after as { attempts?: readonly object[]; redrive?: object };
  const were = (before?.['attempts'] ?? []) as readonly object[];
  return (
    attempts.length > were.length || (redrive !== undefined && before?.['redrive'] === undefined)
  );
};

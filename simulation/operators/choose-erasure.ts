/**
 * When operators erase a patient: a resource that names the patient has just come to a place where it is hard to catch. It is
 * in a batch, in isolation, in quarantine, on its way back, stored, being delivered, or waits behind an open breaker.
 */
import type { EffectOf } from '../effects.ts';
import { isSource } from '../outside.ts';
import type { Random } from '../random.ts';
import { AT_SERVER } from '../servers/fhir-server.ts';
import type { Submission } from '../submission.ts';
import { anotherThan } from '../submission-draft.ts';
import type { Command } from './command.ts';

/** Parts of the habit, because there are many of these moments. */
const IN_A_BATCH = 0.02;
const IN_TROUBLE = 0.2;
const STORED = 0.02;
/** Its server will refuse it, perhaps when the erasure has looked. */
const STORED_AND_REFUSED = 0.3;
/** Its body may come into the bucket when the erasure is recorded. */
const LONG_IN_A_BATCH = 0.2;
export const LONG = 8 * 1024;
/** Of erasures: those of the patient with the same id at another source. */
const ELSEWHERE = 0.15;
const DELIVERED = 0.02;
/** Delivered again after a failure, so it may be when it is erased too. */
const DELIVERED_AGAIN = 0.3;
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
  if (submission === undefined || !isSource(submission.source)) return undefined;
  const { patients } = submission;
  const source = random.chance(ELSEWHERE) ? anotherThan(submission.source) : submission.source;
  const [own] = patients;
  if (own === undefined) return undefined;
  const id = patients[random.below(patients.length)] ?? own;
  return eraseOf(source, id);
}

/** One word for each patient: what a later erasure keeps, an earlier one does not erase any more. */
export const eraseOf = (source: string, id: string) => {
  const shared = Number(id.slice(1)) % 2 === 0 ? 'erase' : 'keep';
  return { kind: 'erase', source, id, shared } as const;
};

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
    if (before?.['messageId'] !== messageId) {
      const isRefused = submissions.get(messageId)?.nature === AT_SERVER.refused;
      return { share: isRefused ? STORED_AND_REFUSED : STORED, messageId };
    }
    const isLeased = before['deliveryLease'] === undefined && after['deliveryLease'] !== undefined;
    const isAgain = before['deliveryFailures'] !== undefined;
    return isLeased ? { share: isAgain ? DELIVERED_AGAIN : DELIVERED, messageId } : NONE;
  }
  if (table.endsWith('-quarantine')) {
    const isNews = before?.['status'] !== after['status'] || isMore(before, after);
    return isNews ? { share: IN_TROUBLE, messageId: String(after['pk']) } : NONE;
  }
  if (table.endsWith('-inflight')) {
    const messageIds = (after['messageIds'] ?? []) as readonly string[];
    if (messageIds.length === 0) return NONE;
    const messageId = messageIds[random.below(messageIds.length)] ?? '';
    const isLong = (submissions.get(messageId)?.text.length ?? 0) > LONG;
    return { share: isLong ? LONG_IN_A_BATCH : IN_A_BATCH, messageId };
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

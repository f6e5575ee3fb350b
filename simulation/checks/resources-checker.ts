/**
 * The table Resources. An older submission never replaces a newer one (R05). Each resource is under
 * its own source (R51), as it was submitted, and written once (R04).
 */
import { hash } from 'node:crypto';
import { type Checker, RuleBroken, type Seen } from '../checker.ts';
import type { Item } from '../dynamo/values.ts';
import type { Effect } from '../effects.ts';
import type { Submission } from '../submission.ts';
import { describe, fatesOf, mayBe, textsOf } from './fate.ts';

/** Attributes that a second delivery of the same submission must not change. */
const OF_THE_SUBMISSION = ['messageId', 'contentHash', 'storedAt', 'source', 'redrivenAt'] as const;

export class ResourcesChecker implements Checker {
  readonly kinds = ['written'] as const;
  readonly #submissions: Seen['submissions'];

  constructor({ submissions }: Pick<Seen, 'submissions'>) {
    this.#submissions = submissions;
  }

  see(effect: Effect): void {
    if (effect.kind !== 'written' || !effect.table.endsWith('-resources')) return;
    const { before, after } = effect;
    if (after === undefined) throw new RuleBroken('R04', `${before?.['pk']} was deleted`);
    const isSame = before?.['submissionOrder'] === after['submissionOrder'];
    if (before !== undefined && isSame) unchanged(before, after);
    else this.#stored(before, after);
  }

  #stored(before: Item | undefined, after: Item): void {
    const submission = this.#submissions.get(String(after['messageId']));
    if (submission === undefined) {
      throw new RuleBroken('R04', `${after['pk']} holds ${after['messageId']}, which nobody sent`);
    }
    const what = describe(submission);
    if (!mayBe(submission, 'stored')) {
      throw new RuleBroken('R04', `${what} was stored, and must be ${fatesOf(submission)}`);
    }
    if (after['submissionOrder'] !== orderOf(submission)) {
      throw new RuleBroken(
        'R05',
        `${what} was stored as if it were of ${after['submissionOrder']}`,
      );
    }
    if (before !== undefined && String(before['submissionOrder']) > orderOf(submission)) {
      throw new RuleBroken('R05', `${what} was stored over the newer ${before['messageId']}`);
    }
    if (after['pk'] !== placeOf(submission)) {
      throw new RuleBroken('R51', `${what} was stored as ${after['pk']}`);
    }
    if (!textsOf(submission).some((text) => after['contentHash'] === hash('sha256', text))) {
      throw new RuleBroken('R04', `${what} was stored with another content`);
    }
  }
}

function unchanged(before: Item, after: Item): void {
  const changed = OF_THE_SUBMISSION.find((name) => before[name] !== after[name]);
  if (before['erasure'] === undefined && after['erasure'] !== undefined) return;
  // The time of a redriven delivery.
  if (changed === undefined || changed === 'redrivenAt') return;
  throw new RuleBroken('R04', `${after['pk']} was written again: its ${changed} changed`);
}

/** First SentTimestamp, then the submitter's sequence, then the message id (R05). */
export const orderOf = (submission: Submission) => keysOf(submission).order;

/** Each source has its own places (R51). */
export const placeOf = (submission: Submission) => keysOf(submission).place;

interface Keys {
  readonly order: string;
  readonly place: string;
}

const known = new WeakMap<Submission, Keys>();

/** Made once, because they are asked for whenever a message is received or leaves. */
function keysOf(submission: Submission): Keys {
  const before = known.get(submission);
  if (before !== undefined) return before;
  const { sentAt, sequence = 0, messageId, source, resourceType, id } = submission;
  const [time, number] = [String(sentAt).padStart(15, '0'), String(sequence).padStart(16, '0')];
  const keys = {
    order: `${time}#${number}#${messageId}`,
    place: `${source}#${resourceType}#${id}`,
  };
  known.set(submission, keys);
  return keys;
}

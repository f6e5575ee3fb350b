/**
 * A message is dead-lettered only after it crashed alone, twice, or three times if environments
 * died (R02). Faults of our infrastructure spend no attempt (R09): no attempt of a resource that
 * does not crash ends in a crash.
 */
import type { SQSEvent } from 'aws-lambda';
import { ENVELOPE_ATTRIBUTE } from '../../core/message/messages.ts';
import { type Checker, RuleBroken, type Seen } from '../checker.ts';
import type { Item } from '../dynamo/values.ts';
import type { Effect, EffectOf } from '../effects.ts';
import type { Host } from '../host.ts';
import type { Submission } from '../submission.ts';
import { type Attempt, AttemptOwners, voidedIn } from './attempt-owners.ts';
import { describe, mayBe } from './fate.ts';
import { membersOf } from './members.ts';

const SEEN_CRASHES = 2;
const CRASHES = 3;

export class AttemptsChecker implements Checker {
  readonly kinds = ['invoked', 'ended', 'died', 'arrived', 'written'] as const;
  readonly #owners = new AttemptOwners();
  readonly #submissions: Seen['submissions'];
  /** Request ids of invocations that got one message of an isolation queue. */
  readonly #alone = new Set<string>();
  /** By the name of a host: the attempts that the message takes back which it runs. */
  readonly #takenBack = new Map<string | undefined, readonly string[]>();
  /** By message: those that the copy takes back which was dead-lettered. An older copy knows nothing of it. */
  readonly #letters = new Map<unknown, readonly string[] | undefined>();
  /** Attempts on record, by message. */
  readonly #attempts = new Map<unknown, readonly Attempt[]>();

  constructor({ submissions }: Pick<Seen, 'submissions'>) {
    this.#submissions = submissions;
  }

  see(effect: Effect, by?: Host): void {
    if (effect.kind === 'invoked') this.#invoked(effect, by);
    if (effect.kind === 'arrived' && effect.queue.name.endsWith('-isolation')) {
      this.#owners.arrived(effect.message);
    }
    if (effect.kind === 'arrived' && effect.queue.name.endsWith('-dead-letter')) {
      const takenBack = this.#takenBack.get(by?.name);
      for (const { messageId } of membersOf(effect.message))
        this.#letters.set(messageId, takenBack);
    }
    if ((effect.kind === 'ended' || effect.kind === 'died') && by) this.#owners.over(by);
    if (effect.kind !== 'written') return;
    if (effect.table.endsWith('-resources') && by) this.#stored(effect, by);
    if (effect.table.endsWith('-quarantine')) this.#entered(effect, by);
  }

  #stored({ before, after }: EffectOf<'written'>, by: Host): void {
    const id = after?.['messageId'];
    const submission = this.#submissions.get(String(id));
    if (submission === undefined || id === before?.['messageId']) return;
    this.#owners.stored(this.#attempts.get(id) ?? [], by, describe(submission));
  }

  #entered({ before, after }: EffectOf<'written'>, by: Host | undefined): void {
    const submission = this.#submissions.get(String(after?.['pk']));
    if (after === undefined || submission === undefined) return;
    const attempts = (after['attempts'] ?? []) as unknown as readonly Attempt[];
    if (before?.['attempts'] !== after['attempts']) {
      this.#attempts.set(after['pk'], attempts);
      this.#attempted(submission, attempts);
      const former = (before?.['attempts'] ?? []) as unknown as readonly Attempt[];
      const isSameRound = before?.['round'] === after['round'];
      if (isSameRound && by) this.#owners.changed(former, attempts, by, describe(submission));
    }
    const isEnd = after['status'] === 'quarantined' && before?.['status'] !== 'quarantined';
    if (isEnd && after['kind'] === 'dead-letter') {
      const takenBack = this.#letters.get(after['pk']) ?? [];
      const counted = attempts.filter(({ requestId }) => !takenBack.includes(requestId));
      deadLettered(submission, counted, after);
    }
  }

  #invoked({ functionName, requestId, event }: EffectOf<'invoked'>, by: Host | undefined): void {
    const { Records: records = [] } = event as Partial<SQSEvent>;
    const isIsolated = records[0]?.eventSourceARN.endsWith('-isolation') ?? false;
    if (isIsolated && by !== undefined) {
      this.#owners.invoked(requestId, by);
      const envelope = records[0]?.messageAttributes?.[ENVELOPE_ATTRIBUTE]?.stringValue;
      this.#takenBack.set(by.name, voidedIn(envelope));
    }
    if (isIsolated && records.length === 1) this.#alone.add(requestId);
    else if (isIsolated) throw new RuleBroken('R03', `${functionName} isolates ${records.length}`);
  }

  #attempted(submission: Submission, attempts: readonly Attempt[]): void {
    const stranger = attempts.find(({ requestId }) => !this.#alone.has(requestId));
    if (stranger !== undefined) {
      const what = `${describe(submission)} has the attempt ${stranger.requestId}`;
      throw new RuleBroken('R02', `${what}, in which it did not run alone`);
    }
    const seen = attempts.filter(({ crash, ended }) => crash !== undefined && ended !== undefined);
    const most = submission.nature === 'flaky' ? 1 : 0;
    if (mayBe(submission, 'dead-lettered') || seen.length <= most) return;
    const what = `${describe(submission)} has a crash on record: ${seen.at(-1)?.crash}`;
    throw new RuleBroken('R09', what);
  }
}

function deadLettered(submission: Submission, attempts: readonly Attempt[], entry: Item): void {
  const crashes = attempts.filter(({ crash, ended }) => crash !== undefined || ended === undefined);
  const seen = crashes.filter(({ ended }) => ended !== undefined);
  if (seen.length >= SEEN_CRASHES || crashes.length >= CRASHES) return;
  const how = `after ${crashes.length} crashes alone, ${seen.length} of them seen`;
  const round = entry['round'] === undefined ? '' : ` in round ${entry['round']}`;
  throw new RuleBroken('R02', `${describe(submission)} was dead-lettered ${how}${round}`);
}

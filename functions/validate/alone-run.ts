import type { Context } from 'aws-lambda';
import { NotWritten } from '../../aws/conditional-write.ts';
import { hop, sendAll } from '../../aws/lane-queues.ts';
import {
  endAttempt,
  forgetVoided,
  startAttempt,
  surviveAttempt,
  voidAttempt,
} from '../../aws/quarantine-attempts.ts';
import { markStored } from '../../aws/quarantine-table.ts';
import type { Attempt, Trouble } from '../../core/attempt/attempts.ts';
import { backOffSeconds } from '../../core/attempt/back-off.ts';
import { ComponentFault } from '../../core/message/component-fault.ts';
import { idsOf } from '../../core/message/correlation.ts';
import { envelopeFor } from '../../core/message/origin.ts';
import { faultOf } from '../../telemetry/log.ts';
import type { Tally } from '../../telemetry/tally.ts';
import { type Crash, countCrash, countPluginCrashes, publishValidateCrash } from './crashes.ts';
import { loadBody } from './load-body.ts';
import { judgeLoaded, reject, store, tellStored } from './outcomes.ts';
import type { Places, ValidateParts } from './parts.ts';
import { bodyToHop, pinnedIn, type Submission } from './submission.ts';
import { isUndecided, Verification } from './verification.ts';

/** What becomes of the delivery: its message is done, or shall be delivered again. */
export type Ending =
  | { readonly kind: 'done' }
  | { readonly kind: 'again'; readonly seconds: number };

/** Where a resource may run alone in one invocation, and until when it may begin an attempt. */
interface Isolation extends Places {
  readonly validating: AbortSignal;
}

const AFTER_A_CRASH: Ending = { kind: 'again', seconds: 1 };
/** Sendings anew of one message: Lambda stops a function that feeds itself after 16 hops. */
const VOIDED_MAX = 12;

/** One delivery of one message alone, and the attempt that it has open. */
export class AloneRun {
  /** As far as it is known: loading adds to it. */
  submission: Submission;
  readonly tally: Tally;
  readonly #parts: ValidateParts;
  readonly #requestId: string;
  readonly #isolation: Isolation;
  readonly #verification: Verification;
  /** Where the attempt stands in the item, as long as it may be taken back. */
  #open: number | undefined;
  /** Whether the table has the attempt: `maybe` as long as it has not said. */
  #recorded: 'no' | 'maybe' | 'yes' = 'no';

  constructor(
    parts: ValidateParts,
    submission: Submission,
    context: Context,
    isolation: Isolation,
    tally: Tally,
  ) {
    this.#parts = parts;
    this.submission = submission;
    this.tally = tally;
    this.#requestId = context.awsRequestId;
    this.#isolation = isolation;
    this.#verification = new Verification(parts, context, tally);
  }

  /** Records an attempt, runs it, and acts on its verdict. Throws on a fault of our own. */
  async attempt(
    seen: Trouble | undefined,
    counted: readonly Attempt[],
    ownProcess: boolean,
  ): Promise<Ending> {
    // Before the attempt, which is recorded with the version that it is about.
    const parts = this.#parts;
    const { lane, quarantineTable, traces } = parts;
    const loaded = await loadBody(parts, this.submission);
    this.submission = loaded.submission;
    const { origin } = this.submission.provenance;
    const place = ownProcess ? this.#isolation.ownProcess : this.#isolation.pool;
    // An attempt lasts no longer than its resource: what kills a loading environment spends none.
    await place.ready();
    const known = await this.#withoutVoided(seen, counted);
    if (this.#isolation.validating.aborted)
      throw new ComponentFault('the time was up before the attempt began');
    const started = { requestId: this.#requestId, startedAt: parts.now() };
    const attempt = ownProcess ? { ...started, ownProcess } : started;
    // From here on the attempt may be there, even if the answer to the write is lost.
    this.#open = counted.length;
    this.#recorded = 'maybe';
    const pinned = pinnedIn(loaded.submission);
    const onward = { ...origin, trace: traces.onward(origin) };
    const start = { origin: onward, lane, seen: known, counted, attempt, pinned };
    const recorded = await startAttempt(quarantineTable, start).catch((fault: unknown) => {
      if (fault instanceof NotWritten) this.#recorded = 'no';
      throw fault;
    });
    if (!recorded) return { kind: 'again', seconds: 1 };
    this.#recorded = 'yes';
    const judged = await traces.inSpan(
      { name: 'attempt', values: { number: counted.length + 1, ownProcess } },
      () => judgeLoaded(parts, loaded, place),
    );
    const { judgement: verdict, text = '', refusal } = judged;
    // What comes now is no doing of the resource: a death in it shall not count as its crash.
    // Hence it is recorded first: what is stored can then never be dead-lettered too (R04).
    if (verdict.kind === 'valid' || isUndecided(verdict)) {
      const survived = await surviveAttempt(quarantineTable, origin.messageId, counted.length, {
        requestId: attempt.requestId,
        ended: parts.now(),
      });
      // The attempt is no longer there: what follows from it is somebody else's to decide.
      if (!survived) return { kind: 'again', seconds: 1 };
    }
    const judgement = await this.#verification.verify(verdict, origin.source);
    countPluginCrashes(parts, this.tally, origin, judgement);
    switch (judgement.kind) {
      case 'valid':
        await store(parts, this.submission, judgement, text);
        await markStored(quarantineTable, origin);
        await tellStored(parts, this.submission, judgement);
        this.tally.add('Valid');
        return { kind: 'done' };
      case 'invalid':
        await reject(parts, judged, judgement.issues);
        if (refusal !== undefined) this.tally.add('SenderRefused');
        this.tally.add('Invalid');
        return { kind: 'done' };
      case 'crash':
        return this.#crashed(judgement, counted.length, attempt);
      case 'unjudged':
        throw new ComponentFault('reason' in judgement ? judgement.reason : judgement.because);
    }
  }

  /**
   * The last copy that may be sent anew begins no attempt that might have to be taken back by yet
   * another: the table must show first that it takes writes (R09).
   */
  async #withoutVoided(
    seen: Trouble | undefined,
    counted: readonly Attempt[],
  ): Promise<Trouble | undefined> {
    const { origin, envelope } = this.submission.provenance;
    if ((envelope?.voided ?? []).length < VOIDED_MAX) return seen;
    const { lane, quarantineTable, traces } = this.#parts;
    const forgotten = await forgetVoided(quarantineTable, {
      origin: { ...origin, trace: traces.onward(origin) },
      ...{ lane, seen, counted },
    });
    if (!forgotten) throw new ComponentFault('another delivery was faster');
    return { status: 'in-isolation', attempts: counted, round: seen?.round };
  }

  /**
   * The crash is published before the attempt is ended: one without end is published anew by the
   * next delivery, so that no crash goes uncounted (R21).
   */
  async #crashed(crash: Crash, index: number, attempt: Attempt): Promise<Ending> {
    const parts = this.#parts;
    const { origin } = this.submission.provenance;
    const { messageId } = origin;
    const { requestId } = attempt;
    const ended = parts.now();
    this.#open = undefined;
    countCrash(parts, this.tally, origin, crash);
    const { crash: kind, reason } = crash;
    const id = requestId;
    await publishValidateCrash(parts, { id, requestId, messageId, kind, reason, at: ended });
    const evidence = { ...attempt, crash: crash.crash, reason: crash.reason, ended };
    await endAttempt(parts.quarantineTable, messageId, index, evidence);
    return AFTER_A_CRASH;
  }

  /**
   * Takes the open attempt back. Where the table has it, or may have it, but does not take that, or
   * there is no time left to ask it, the message is sent anew with an envelope that says so. Answers
   * whether it was: then this delivery is done.
   *
   * Where the table is known not to have the attempt nothing is sent anew: while the table is down each delivery
   * would do so, and Lambda stops a function that feeds itself after 16 hops.
   */
  async takeBack(delaySeconds: number, askTable: boolean): Promise<boolean> {
    if (this.#open === undefined) return false;
    if (askTable && (await this.#voidInTable(this.#open))) return false;
    return this.#recorded !== 'no' && this.#sendAnewVoided(delaySeconds);
  }

  async #voidInTable(index: number): Promise<boolean> {
    const { origin } = this.submission.provenance;
    try {
      await voidAttempt(this.#parts.quarantineTable, origin.messageId, index, this.#requestId);
      return true;
    } catch (fault) {
      this.#parts.logger.warn('attempt not taken back', { ...idsOf(origin), ...faultOf(fault) });
      return false;
    }
  }

  async #sendAnewVoided(seconds: number): Promise<boolean> {
    const { lane, bucket, isolationQueue, traces, logger } = this.#parts;
    const { provenance } = this.submission;
    const ids = idsOf(provenance.origin);
    const before = provenance.envelope?.voided ?? [];
    const voided = [...before, this.#requestId];
    if (voided.length > VOIDED_MAX) {
      logger.error('attempt spent on a fault of our own', { ...ids, sentAnew: before.length });
      return false;
    }
    // What is sent anew has been received once only: how often it failed stands in the envelope.
    const delaySeconds = Math.max(seconds, backOffSeconds(voided.length));
    const envelope = envelopeFor(provenance, lane, { voided });
    const onward = { ...envelope, trace: traces.onward(envelope) };
    const message = await hop(bodyToHop(this.submission), onward, bucket);
    const [error] = await sendAll(isolationQueue, [{ ...message, delaySeconds }]);
    if (error !== undefined) {
      logger.error('attempt spent on a fault of our own', { ...ids, ...faultOf(error) });
    }
    return error === undefined;
  }
}

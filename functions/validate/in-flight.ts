/** The mark of this execution environment, and the search for those of dead ones (core/in-flight.ts). */
import { setTimeout as pause } from 'node:timers/promises';
import type { SQSRecord } from 'aws-lambda';
import {
  type InFlightPolicy,
  leaseEnd,
  mayHaveRunBefore,
  searchedForMs,
} from '../../core/in-flight.ts';
import {
  type MarkKey,
  recordSuspects,
  removeMark,
  suspectsAmong,
  writeMark,
} from '../aws/in-flight-table.ts';
import { ComponentFault } from '../component-fault.ts';
import { faultOf, logger } from '../telemetry.ts';

interface Environment {
  readonly table: string;
  readonly lane: string;
  /** A UUID. */
  readonly id: string;
}

/** Whether a message was in an environment that died. */
export type Suspicion = 'none' | 'suspect' | 'unclear';

/** Between two tries to empty a mark. */
const PAUSE_MS = 100;

export class InFlight {
  readonly #environment: Environment;
  readonly #policy: InFlightPolicy;
  #leaseEndsAt: number | undefined;
  #writes = 0;
  #searchedAt = Number.NEGATIVE_INFINITY;

  constructor(environment: Environment, policy: InFlightPolicy) {
    this.#environment = environment;
    this.#policy = policy;
  }

  /**
   * Whether each message was in an environment that died. Where that cannot be found out, those that
   * may have run before are `unclear`: they must wait (R09).
   */
  async suspicion(records: readonly SQSRecord[]): Promise<(record: SQSRecord) => Suspicion> {
    const now = Date.now();
    const seenBefore = new Set(records.filter((record) => this.#mayHaveRun(record, now)));
    if (seenBefore.size === 0) return () => 'none';
    try {
      await this.#search(now);
      const ids = [...seenBefore].map(({ messageId }) => messageId);
      const suspects = await suspectsAmong(this.#environment.table, ids);
      return (record) =>
        seenBefore.has(record) && suspects.has(record.messageId) ? 'suspect' : 'none';
    } catch (fault) {
      logger.error('component fault', { unclear: seenBefore.size, ...faultOf(fault) });
      return (record) => (seenBefore.has(record) ? 'unclear' : 'none');
    }
  }

  /**
   * Marks messages as in this environment, before anything of them is loaded. Throws
   * {@link ComponentFault} where the mark does not stand: then none of them may run (R09).
   */
  async open(messageIds: readonly string[], requestId: string): Promise<void> {
    const former = this.#leaseEndsAt;
    const endsAt = leaseEnd(former, Date.now(), this.#policy);
    this.#leaseEndsAt = endsAt;
    if (!(await this.#write(endsAt, messageIds, requestId))) {
      throw new ComponentFault('the mark of a batch was not written');
    }
    // Whatever its last batch left open is closed by this.
    if (former !== undefined && former !== endsAt) await this.#remove(former);
  }

  /**
   * Empties the mark before messages are given back, again and again until it stands or the time is
   * up. False where it may still name them: the next batch of this environment overwrites it. Only
   * if there is none before the lease ends, the messages of this one batch become suspects.
   */
  async close(requestId: string, leftMs: () => number): Promise<boolean> {
    const endsAt = this.#leaseEndsAt;
    if (endsAt === undefined) return true;
    for (;;) {
      try {
        if (await this.#write(endsAt, [], requestId)) return true;
      } catch (fault) {
        logger.warn('mark not emptied', faultOf(fault));
      }
      if (leftMs() <= PAUSE_MS) return false;
      await pause(PAUSE_MS);
    }
  }

  #mayHaveRun({ attributes }: SQSRecord, now: number): boolean {
    const receives = Number(attributes.ApproximateReceiveCount);
    const firstReceivedAt = Number(attributes.ApproximateFirstReceiveTimestamp);
    return mayHaveRunBefore({ receives, firstReceivedAt }, now, this.#policy);
  }

  async #search(now: number): Promise<void> {
    if (now - this.#searchedAt <= searchedForMs(this.#policy)) return;
    const { table, lane } = this.#environment;
    const found = await recordSuspects(table, lane, now);
    this.#searchedAt = now;
    if (found > 0) logger.warn('suspects found', { messages: found });
  }

  #write(leaseEndsAt: number, messageIds: readonly string[], requestId: string): Promise<boolean> {
    this.#writes += 1;
    const mark = { ...this.#key(leaseEndsAt), write: this.#writes, requestId, messageIds };
    return writeMark(this.#environment.table, mark);
  }

  /** What is not removed is found when its lease has ended; its messages are done, or were given back. */
  async #remove(leaseEndsAt: number): Promise<void> {
    try {
      await removeMark(this.#environment.table, this.#key(leaseEndsAt));
    } catch (fault) {
      logger.warn('former mark not removed', faultOf(fault));
    }
  }

  #key(leaseEndsAt: number): MarkKey {
    const { lane, id } = this.#environment;
    return { lane, environmentId: id, leaseEndsAt };
  }
}

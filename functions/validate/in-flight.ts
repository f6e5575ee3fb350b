/** The mark of this execution environment, and the search for those of dead ones (core/attempt/in-flight.ts). */
import type { SQSRecord } from 'aws-lambda';
import type { Table } from '../../aws/handles.ts';
import {
  type MarkKey,
  recordSuspects,
  removeMark,
  suspectsAmong,
  writeMark,
} from '../../aws/in-flight-table.ts';
import { type Machine, pause } from '../../aws/machine.ts';
import {
  type InFlightPolicy,
  leaseEnd,
  mayHaveRunBefore,
  searchedForMs,
} from '../../core/attempt/in-flight.ts';
import { ComponentFault } from '../../core/message/component-fault.ts';
import { faultOf, type Log } from '../../telemetry/log.ts';
import { receiptOf } from './submission.ts';

interface Environment extends Pick<Machine, 'now' | 'later'> {
  readonly table: Table;
  readonly lane: string;
  /** A UUID. */
  readonly id: string;
  readonly logger: Log;
}

/** Whether a message was in an environment that died. */
export type Suspicion = 'none' | 'suspect' | 'unclear';

/** Wait between two tries to empty a mark. */
const PAUSE_MS = 100;
/** How many former leases are remembered. At most one is added in half a minute, while the table fails. */
const FORMER_MAX = 32;

export class InFlight {
  readonly #environment: Environment;
  readonly #policy: InFlightPolicy;
  /** The lease under which this environment marks its batches. It begins with its first write. */
  #leaseEndsAt: number | undefined;
  /** The lease under which a write was tried. */
  #triedUntil: number | undefined;
  /** The lease whose mark is known to stand. */
  #markedUntil: number | undefined;
  /** Earlier leases, oldest first, whose marks may still exist. */
  #former: readonly number[] = [];
  #writes = 0;
  #searchedAt = Number.NEGATIVE_INFINITY;

  constructor(environment: Environment, policy: InFlightPolicy) {
    this.#environment = environment;
    this.#policy = policy;
  }

  /**
   * Whether each message was in an environment that died. If this is unknown, messages that may have
   * run before are `unclear` and must wait (R09).
   */
  async suspicion(records: readonly SQSRecord[]): Promise<(record: SQSRecord) => Suspicion> {
    const now = this.#environment.now();
    const seenBefore = new Set(records.filter((record) => this.#mayHaveRun(record, now)));
    if (seenBefore.size === 0) return () => 'none';
    try {
      await this.#search(now);
      const ids = [...seenBefore].map(({ messageId }) => messageId);
      const suspects = await suspectsAmong(this.#environment.table, ids);
      return (record) =>
        seenBefore.has(record) && suspects.has(record.messageId) ? 'suspect' : 'none';
    } catch (fault) {
      this.#environment.logger.error('component fault', {
        unclear: seenBefore.size,
        ...faultOf(fault),
      });
      return (record) => (seenBefore.has(record) ? 'unclear' : 'none');
    }
  }

  /**
   * Marks messages as in this environment, before any of them is loaded. Throws {@link ComponentFault}
   * if the mark could not be written: then none of them may run (R09).
   */
  async open(messageIds: readonly string[], requestId: string): Promise<void> {
    const endsAt = this.#lease();
    // The first write of this lease failed, and may still arrive. An empty mark is one that it finds.
    const isUnsure = this.#triedUntil === endsAt && this.#markedUntil !== endsAt;
    const isReady = !isUnsure || (await this.#write(endsAt, [], requestId));
    if (!isReady || !(await this.#write(endsAt, messageIds, requestId))) {
      throw new ComponentFault('the mark of a batch was not written');
    }
    // This mark also replaces the marks that earlier batches left.
    try {
      await this.#removeFormer();
    } catch (fault) {
      this.#environment.logger.warn('former mark not removed', faultOf(fault));
    }
  }

  /**
   * Empties the mark before messages are given back, and retries until it succeeds or the time is up.
   * Returns false if a mark of this environment may still name them. Its next batch overwrites or
   * removes that mark. The messages become suspects only if there is no next batch before the lease
   * ends.
   */
  async close(requestId: string, leftMs: () => number): Promise<boolean> {
    const endsAt = this.#leaseEndsAt;
    for (;;) {
      try {
        if (endsAt === undefined || (await this.#write(endsAt, [], requestId))) {
          await this.#removeFormer();
          return true;
        }
      } catch (fault) {
        this.#environment.logger.warn('mark not emptied', faultOf(fault));
      }
      if (leftMs() <= PAUSE_MS) return false;
      await pause(this.#environment, PAUSE_MS);
    }
  }

  #mayHaveRun(record: SQSRecord, now: number): boolean {
    return mayHaveRunBefore(receiptOf(record), now, this.#policy);
  }

  async #search(now: number): Promise<void> {
    if (now - this.#searchedAt <= searchedForMs(this.#policy)) return;
    // This environment is alive, so the messages named by its own ended leases were not in one that
    // died.
    this.#endLease();
    await this.#removeFormer();
    const { table, lane } = this.#environment;
    const found = await recordSuspects(table, lane, now);
    this.#searchedAt = now;
    if (found > 0) this.#environment.logger.warn('suspects found', { messages: found });
  }

  async #write(
    leaseEndsAt: number,
    messageIds: readonly string[],
    requestId: string,
  ): Promise<boolean> {
    this.#writes += 1;
    const creates = messageIds.length === 0 || this.#triedUntil !== leaseEndsAt;
    this.#triedUntil = leaseEndsAt;
    const mark = { write: this.#writes, creates, requestId, messageIds };
    const stands = await writeMark(this.#environment.table, { ...this.#key(leaseEndsAt), ...mark });
    if (stands) this.#markedUntil = leaseEndsAt;
    return stands;
  }

  /** The lease for a batch that begins now. */
  #lease(): number {
    this.#endLease();
    this.#leaseEndsAt ??= leaseEnd(undefined, this.#environment.now(), this.#policy);
    return this.#leaseEndsAt;
  }

  /** A lease under which no other batch could end is a former one. */
  #endLease(): void {
    const held = this.#leaseEndsAt;
    if (held === undefined || leaseEnd(held, this.#environment.now(), this.#policy) === held)
      return;
    this.#former = [...this.#former, held].slice(-FORMER_MAX);
    this.#leaseEndsAt = undefined;
  }

  /** One by one, so that a failing table is called only once. The rest is tried again later. */
  async #removeFormer(): Promise<void> {
    for (const endsAt of this.#former) {
      await removeMark(this.#environment.table, this.#key(endsAt));
      this.#former = this.#former.filter((left) => left !== endsAt);
    }
  }

  #key(leaseEndsAt: number): MarkKey {
    const { lane, id } = this.#environment;
    return { lane, environmentId: id, leaseEndsAt };
  }
}

/** Goes through the objects of the audit log and its table, side by side, to the first problem. */

import { objectsOf, readFirst } from '../../aws/audit-bucket.ts';
import { genesis, type Head } from '../../core/audit/audit-chain.ts';
import { AUDIT_CHAIN as chain } from '../../core/audit/audit-fact.ts';
import {
  type AuditObject,
  type AuditProblem,
  type BatchVerdict,
  entriesIn,
  type VerifiedEntry,
  verifyBatch,
  verifyRest,
} from '../../core/audit/audit-verification.ts';
import { ahead } from './ahead.ts';
import { Rows } from './rows.ts';
import type { AuditLog } from './stage.ts';

/** How long a batch may take to get from its object into the table. */
const COPYING_MS = 10_000;
const LOOK_AGAIN_MS = 500;
const READ_AHEAD = 16;

export interface WalkOptions {
  readonly copyingMs?: number;
  /** Called with each batch after it was verified, in order. */
  readonly onRight?: (object: AuditObject) => void;
}

export class Walk {
  head: Head = genesis(chain);
  objects = 0;
  /** Of verified entries; a log of a million entries takes some hundred megabytes here. */
  readonly entries: Omit<VerifiedEntry, 'line'>[] = [];
  readonly touched: string[] = [];
  readonly #log: AuditLog;
  readonly #rows: Rows;
  readonly #options: Required<WalkOptions>;
  #lastKey = '';

  constructor(log: AuditLog, { copyingMs = COPYING_MS, onRight = () => {} }: WalkOptions) {
    this.#log = log;
    this.#rows = new Rows(log.table);
    this.#options = { copyingMs, onRight };
  }

  /** To the end of the log; may be called again for newer entries. */
  async onwards(): Promise<AuditProblem | undefined> {
    for (;;) {
      const before = this.objects;
      const problem = await this.#objects();
      if (problem !== undefined) return problem;
      const [rest] = await this.#rows.next(1);
      if (rest === undefined) return undefined;
      // A row beyond the last object may belong to an object that was just written.
      if (this.objects === before) return verifyRest(this.head, chain, rest);
    }
  }

  async #objects(): Promise<AuditProblem | undefined> {
    const { bucket } = this.#log;
    const listed = objectsOf(bucket, chain, this.#lastKey);
    const read = ahead(listed, READ_AHEAD, async (one) => ({
      later: one.later,
      object: await readFirst(bucket, one),
    }));
    for await (const { object, later } of read) {
      if (later > 0) this.touched.push(object.key);
      const verdict = await this.#verify(object);
      if ('problem' in verdict) return verdict.problem;
      this.#pass(object, verdict);
    }
    return undefined;
  }

  #pass(object: AuditObject, { head, entries }: Exclude<BatchVerdict, { problem: unknown }>): void {
    for (const { sequence, fact, hash } of entries) this.entries.push({ sequence, fact, hash });
    this.#rows.pass(entries.length);
    this.head = head;
    this.#lastKey = object.key;
    this.objects += 1;
    this.#options.onRight(object);
  }

  /** A row that is missing may still be written, so it looks again for a moment. */
  async #verify(object: AuditObject): Promise<BatchVerdict> {
    const deadline = Date.now() + this.#options.copyingMs;
    for (;;) {
      const rows = await this.#rows.next(entriesIn(object));
      const verdict = verifyBatch(chain, this.head, object, rows);
      const lacking = 'problem' in verdict && verdict.problem.where === 'table';
      if (!lacking || verdict.problem.what !== 'missing' || Date.now() >= deadline) return verdict;
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
      this.#rows.lookAgain(this.head);
    }
  }
}

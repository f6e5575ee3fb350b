/** Walks the objects of the audit log and its table, side by side, to the first thing that is wrong. */
import { genesis, type Head } from '../../core/audit-chain.ts';
import { AUDIT_CHAIN } from '../../core/audit-fact.ts';
import { sortKeyOf } from '../../core/audit-places.ts';
import {
  type AuditObject,
  type AuditProblem,
  type AuditRow,
  type BatchVerdict,
  entriesIn,
  verifyBatch,
  verifyRest,
} from '../../core/audit-verification.ts';
import { objectsOf, readFirst } from '../../functions/aws/audit-bucket.ts';
import { rowsOf } from '../../functions/aws/audit-table.ts';
import { ahead } from './ahead.ts';
import type { AuditLog } from './log.ts';

export interface Verification {
  readonly objects: number;
  /** The last entry that is right. */
  readonly head: Head;
  readonly problem?: AuditProblem;
  /** Objects that somebody wrote again or deleted later; their first version is what was verified. */
  readonly touched: readonly string[];
}

const chain = AUDIT_CHAIN;
/** How long a batch may be on its way from its object into the table. */
const COPYING_MS = 10_000;
const LOOK_AGAIN_MS = 500;
const READ_AHEAD = 16;

/**
 * What it finds is its answer; a service that fails is thrown. `onRight` is told of each batch once
 * it is verified, in order.
 */
export async function verifyLog(
  log: AuditLog,
  {
    copyingMs = COPYING_MS,
    onRight = () => {},
  }: { copyingMs?: number; onRight?: (object: AuditObject) => void } = {},
): Promise<Verification> {
  const rows = new Rows(log.table);
  const touched: string[] = [];
  let head = genesis(chain);
  let objects = 0;
  let lastKey = '';
  for (;;) {
    const before = objects;
    const listed = objectsOf(log.bucket, chain, lastKey);
    const read = ahead(listed, READ_AHEAD, async (one) => ({
      later: one.later,
      object: await readFirst(log.bucket, one),
    }));
    for await (const { object, later } of read) {
      if (later > 0) touched.push(object.key);
      const verdict = await verifyObject(head, object, rows, copyingMs);
      if ('problem' in verdict) return { objects, head, touched, ...verdict };
      rows.pass(verdict.entries);
      head = verdict.head;
      lastKey = object.key;
      onRight(object);
      objects += 1;
    }
    const [rest] = await rows.next(1);
    if (rest === undefined) return { objects, head, touched };
    // A row beyond the last object may be of one that came while we looked.
    if (objects === before) {
      return { objects, head, touched, problem: verifyRest(head, chain, rest) };
    }
  }
}

/** What the table lacks may be on its way; then it comes soon. */
async function verifyObject(
  head: Head,
  object: AuditObject,
  rows: Rows,
  copyingMs: number,
): Promise<BatchVerdict> {
  const deadline = Date.now() + copyingMs;
  for (;;) {
    const verdict = verifyBatch(chain, head, object, await rows.next(entriesIn(object)));
    const lacking = 'problem' in verdict && verdict.problem.where === 'table';
    if (!lacking || verdict.problem.what !== 'missing' || Date.now() >= deadline) return verdict;
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    rows.lookAgain(head);
  }
}

/** The rows of the table, in order, with a look ahead. */
class Rows {
  readonly #table: string;
  #source: AsyncGenerator<AuditRow, void>;
  #ahead: AuditRow[] = [];

  constructor(table: string) {
    this.#table = table;
    this.#source = rowsOf(table, chain);
  }

  /** As many as there are, up to `count`; they stay. */
  async next(count: number): Promise<readonly AuditRow[]> {
    while (this.#ahead.length < count) {
      const { value } = await this.#source.next();
      if (value === undefined) break;
      this.#ahead.push(value);
    }
    return this.#ahead.slice(0, count);
  }

  pass(count: number): void {
    this.#ahead.splice(0, count);
  }

  lookAgain({ sequence }: Head): void {
    this.#ahead = [];
    this.#source = rowsOf(this.#table, chain, sequence === 0 ? '' : sortKeyOf(sequence));
  }
}

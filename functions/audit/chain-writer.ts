/**
 * Appends facts to the chain, a batch in one object. The put of the object is the moment at which a batch
 * is in the log: it succeeds only if there is no object, so of two writers one wins, and the other begins
 * again from what it finds. The table is a copy, completed after each put, or by the next writer if one
 * died in between.
 */
import assert from 'node:assert';
import { type ListedObject, objectsOf, putBatch, readFirst } from '../../aws/audit-bucket.ts';
import { copyToTable, knownFacts, lastSequence } from '../../aws/audit-table.ts';
import type { Bucket, Table } from '../../aws/handles.ts';
import type { KeyedHash } from '../../aws/keyed-hash.ts';
import {
  appendFacts,
  factKeyOf,
  genesis,
  type Head,
  headText,
  type RecordedFact,
  readBatch,
} from '../../core/audit/audit-chain.ts';
import { AUDIT_CHAIN } from '../../core/audit/audit-fact.ts';
import { configurationFact } from '../../core/audit/audit-intake.ts';
import { firstOf, linesOf, objectKeyOf, objectText } from '../../core/audit/audit-keys.ts';
import { ComponentFault } from '../../core/message/component-fault.ts';
import type { Log } from '../../telemetry/log.ts';

const chain = AUDIT_CHAIN;
const TRIES_MAX = 5;
/** Ten messages and a deployment: no object has more entries. */
const BATCH_ENTRIES_MAX = 11;

export interface ChainParts {
  readonly table: Table;
  readonly bucket: Bucket;
  /**
   * The deployment that writes: each entry names it, so that a new deployment shows at the first entry that
   * differs.
   */
  readonly deployed: {
    readonly configuration: string;
    readonly details: { readonly stage: string };
  };
  readonly logger: Log;
  readonly now: () => number;
}

export class ChainWriter {
  readonly #parts: ChainParts;
  /**
   * The head that this environment wrote last. If another writer has written since, the put finds
   * its object.
   */
  #remembered: Head | undefined;

  constructor(parts: ChainParts) {
    this.#parts = parts;
  }

  /**
   * Appends the facts that the log does not have yet. Returns their number. Throws on faults of our
   * own.
   */
  async append(facts: readonly RecordedFact[], hash: KeyedHash): Promise<number> {
    assert(facts.length < BATCH_ENTRIES_MAX, 'a batch holds at most ten facts');
    const { table, bucket, deployed, logger, now } = this.#parts;
    const { configuration } = deployed;
    for (let tries = 0; tries < TRIES_MAX; tries += 1) {
      const head = this.#remembered ?? (await recoveredHead(table, bucket));
      this.#remembered = head;
      const news = [...this.#deployment(head, hash), ...(await unknownOf(table, facts))];
      if (news.length === 0) return 0;
      const entries = appendFacts(head, news, { chain, recordedAt: now(), configuration });
      const text = objectText(entries.map(({ line }) => line));
      this.#remembered = undefined;
      if (await putBatch(bucket, objectKeyOf(chain, head.sequence + 1), text)) {
        await copyToTable(table, chain, entries);
        this.#remembered = { ...head, ...entries.at(-1), configuration };
        // Logged where no role of ours can delete it: it shows later if the end of the log is lost.
        logger.info('audit head', { head: headText(this.#remembered) });
        return entries.length;
      }
    }
    throw new ComponentFault(`others wrote ${TRIES_MAX} batches first`);
  }

  /** No fact if the same deployment wrote the last entry. */
  #deployment(head: Head, hash: KeyedHash): RecordedFact[] {
    const { deployed, now } = this.#parts;
    if (head.configuration === deployed.configuration) return [];
    return [configurationFact(deployed, head.sequence, now(), hash)];
  }
}

async function unknownOf(table: Table, facts: readonly RecordedFact[]): Promise<RecordedFact[]> {
  const distinct = new Map<string, RecordedFact>();
  for (const fact of facts) {
    const key = factKeyOf(fact);
    // Of two equal facts the first is kept: its publisher is the one to name.
    if (!distinct.has(key)) distinct.set(key, fact);
  }
  // Entries from before publishers were recorded are known by their id alone.
  const earlier = facts.map(({ fact }) => fact);
  const known = await knownFacts(table, chain, [...distinct.keys(), ...earlier]);
  return [...distinct]
    .filter(([key, { fact }]) => !known.has(key) && !known.has(fact))
    .map(([, fact]) => fact);
}

/** The head according to the objects. First copies to the table what it lacks. */
async function recoveredHead(table: Table, bucket: Bucket): Promise<Head> {
  const copied = await lastSequence(table, chain);
  let head = genesis(chain);
  for (const object of await objectsFrom(bucket, copied)) {
    const { text = '' } = await readFirst(bucket, object);
    const batch = readBatch(linesOf(text).slice(0, -1));
    if (batch === undefined) throw new ComponentFault(`${object.key} is not what was written`);
    head = batch.head;
    if (head.sequence > copied) await copyToTable(table, chain, batch.entries);
  }
  return head;
}

/** The object that holds an entry, and all after it; at least the last one, if there is any. */
async function objectsFrom(bucket: Bucket, sequence: number): Promise<ListedObject[]> {
  const near = sequence - BATCH_ENTRIES_MAX;
  const after = near > 0 ? objectKeyOf(chain, near) : '';
  const listed = await Array.fromAsync(objectsOf(bucket, chain, after));
  const objects = listed.filter(({ firstVersion }) => firstVersion !== undefined);
  // There is no object if the table's last row is not ours.
  if (objects.length === 0 && near > 0) return (await objectsFrom(bucket, 0)).slice(-1);
  const holder = objects.findLastIndex(({ key }) => (firstOf(chain, key) ?? 0) <= sequence);
  return objects.slice(Math.max(0, holder));
}

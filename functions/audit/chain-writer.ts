/**
 * Appends facts to the chain, a batch in one object. The put of the object is the moment at which a
 * batch is in the log: it holds only where none lies, so of two writers one wins, and the other
 * begins again from what it finds. The table is a copy, brought up to date after each put, or by
 * whoever comes after one that died in between.
 */
import assert from 'node:assert';
import { type ListedObject, objectsOf, putBatch, readFirst } from '../../aws/audit-bucket.ts';
import { copyToTable, knownFacts, lastSequence } from '../../aws/audit-table.ts';
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
import { firstOf, linesOf, objectKeyOf, objectText } from '../../core/audit/audit-places.ts';
import { configurationFact } from '../../core/audit/audit-record.ts';
import { ComponentFault } from '../../core/message/component-fault.ts';
import { logger } from '../../telemetry/telemetry.ts';
import { environment } from './environment.ts';

const chain = AUDIT_CHAIN;
const TRIES_MAX = 5;
/** Ten messages and a deployment: no object has more entries. */
const BATCH_ENTRIES_MAX = 11;

/** What writes: each entry says so, so that a deployment shows at the first that differs. */
const deployed = {
  configuration: `${environment.configuration}.${environment.code}`,
  details: { stage: environment.stage },
};

/** The head that this environment wrote last; another writer shows by an object in our way. */
let remembered: Head | undefined;

/** Appends what the chain does not hold yet; says how much that was. Throws on faults of our own. */
export async function appendToChain(
  facts: readonly RecordedFact[],
  hash: KeyedHash,
): Promise<number> {
  assert(facts.length < BATCH_ENTRIES_MAX, 'a batch holds at most ten facts');
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const head = remembered ?? (await recoveredHead());
    remembered = head;
    const news = [...deployment(head, hash), ...(await unknownOf(facts))];
    if (news.length === 0) return 0;
    const { configuration } = deployed;
    const entries = appendFacts(head, news, { chain, recordedAt: Date.now(), configuration });
    const text = objectText(entries.map(({ line }) => line));
    remembered = undefined;
    if (await putBatch(environment.bucket, objectKeyOf(chain, head.sequence + 1), text)) {
      await copyToTable(environment.table, chain, entries);
      remembered = { ...head, ...entries.at(-1), configuration };
      // Where no role of ours deletes: by it a log that lost its end is known to have done so.
      logger.info('audit head', { head: headText(remembered) });
      return entries.length;
    }
  }
  throw new ComponentFault(`others wrote ${TRIES_MAX} batches first`);
}

/** Nothing where the same deployment wrote the last entry. */
function deployment(head: Head, hash: KeyedHash): RecordedFact[] {
  if (head.configuration === deployed.configuration) return [];
  return [configurationFact(deployed, head.sequence, Date.now(), hash)];
}

async function unknownOf(facts: readonly RecordedFact[]): Promise<RecordedFact[]> {
  const distinct = new Map<string, RecordedFact>();
  for (const fact of facts) {
    const key = factKeyOf(fact);
    // Of a fact that is there twice the first stays: its teller is the one to name.
    if (!distinct.has(key)) distinct.set(key, fact);
  }
  // What was written before tellers were recorded is known by its id alone.
  const earlier = facts.map(({ fact }) => fact);
  const known = await knownFacts(environment.table, chain, [...distinct.keys(), ...earlier]);
  return [...distinct]
    .filter(([key, { fact }]) => !known.has(key) && !known.has(fact))
    .map(([, fact]) => fact);
}

/** The head by the objects; what the table lacks of them is copied first. */
async function recoveredHead(): Promise<Head> {
  const { table, bucket } = environment;
  const copied = await lastSequence(table, chain);
  let head = genesis(chain);
  for (const object of await objectsFrom(copied)) {
    const { text = '' } = await readFirst(bucket, object);
    const batch = readBatch(linesOf(text).slice(0, -1));
    if (batch === undefined) throw new ComponentFault(`${object.key} is not what was written`);
    head = batch.head;
    if (head.sequence > copied) await copyToTable(table, chain, batch.entries);
  }
  return head;
}

/** The object that holds an entry, and all after it; at least the last one, if there is any. */
async function objectsFrom(sequence: number): Promise<ListedObject[]> {
  const near = sequence - BATCH_ENTRIES_MAX;
  const after = near > 0 ? objectKeyOf(chain, near) : '';
  const listed = await Array.fromAsync(objectsOf(environment.bucket, chain, after));
  const objects = listed.filter(({ firstVersion }) => firstVersion !== undefined);
  // No object lies there where the table's last row is not ours.
  if (objects.length === 0 && near > 0) return (await objectsFrom(0)).slice(-1);
  const holder = objects.findLastIndex(({ key }) => (firstOf(chain, key) ?? 0) <= sequence);
  return objects.slice(Math.max(0, holder));
}

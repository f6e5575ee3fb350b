/**
 * The readable copy of the audit log, one row per entry, and the rows by which facts are
 * recognised. Nothing here is ever updated: a row is put only if there is none.
 */
import { BatchGetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { AppendedEntry } from '../core/audit/audit-chain.ts';
import { sequenceOf, sortKeyOf } from '../core/audit/audit-keys.ts';
import type { FactRow } from '../core/audit/audit-known-facts.ts';
import type { AuditRow } from '../core/audit/audit-verification.ts';
import { written } from './conditional-write.ts';
import type { Table } from './handles.ts';

const NOT_THERE = 'attribute_not_exists(pk)';

const rowSchema = z.object({ sk: z.string(), line: z.string().default('') });
/** Rows may be forged: a sort key that is not a sequence belongs to no entry. */
const factSchema = z.object({ sk: z.string(), sequence: z.number().catch(0) });

/** Partition of the facts that a chain holds, by kind and keyed hash. */
const factsOf = (chain: string) => `${chain}#facts`;

/** The table refused to answer for all facts; the batch comes again. */
class FactsUnanswered extends Error {
  override readonly name = 'FactsUnanswered';
}

/** Which of at most 100 facts the chain holds already. Read consistently. */
export async function knownFacts(
  table: Table,
  chain: string,
  facts: readonly string[],
): Promise<Set<string>> {
  if (facts.length === 0) return new Set();
  const Keys = [...new Set(facts)].map((sk) => ({ pk: factsOf(chain), sk }));
  const { Responses = {}, UnprocessedKeys = {} } = await table.dynamo.send(
    new BatchGetCommand({ RequestItems: { [table.name]: { Keys, ConsistentRead: true } } }),
  );
  if (Object.keys(UnprocessedKeys).length > 0) throw new FactsUnanswered(table.name);
  return new Set((Responses[table.name] ?? []).map((item) => factSchema.parse(item).sk));
}

/**
 * Puts the entries of a batch into the table, if they are not there. The rows of known facts come first, so
 * that every entry in the table is known; then the entries in order, so that there is never a gap.
 */
export async function copyToTable(
  table: Table,
  chain: string,
  entries: readonly Pick<AppendedEntry, 'sequence' | 'fact' | 'line'>[],
): Promise<void> {
  await Promise.all(
    entries.map(({ fact, sequence }) => put(table, { pk: factsOf(chain), sk: fact, sequence })),
  );
  for (const { sequence, line } of entries) {
    await put(table, { pk: chain, sk: sortKeyOf(sequence), line });
  }
}

function put(table: Table, Item: Record<string, unknown>): Promise<boolean> {
  return written(
    table.dynamo.send(
      new PutCommand({ TableName: table.name, Item, ConditionExpression: NOT_THERE }),
    ),
  );
}

/** Sequence of the last entry in the table; 0 if there is none. Read consistently. */
export async function lastSequence(table: Table, chain: string): Promise<number> {
  const [last] = await lastRows(table, chain, 1);
  return last === undefined ? 0 : (sequenceOf(last.sortKey) ?? 0);
}

/** The last rows of a chain, the newest first, read consistently. */
export async function lastRows(table: Table, chain: string, limit: number): Promise<AuditRow[]> {
  const { Items = [] } = await table.dynamo.send(
    new QueryCommand({
      TableName: table.name,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :chain',
      ExpressionAttributeValues: { ':chain': chain },
      ScanIndexForward: false,
      Limit: limit,
    }),
  );
  return Items.map((item) => {
    const { sk: sortKey, line } = rowSchema.parse(item);
    return { sortKey, line };
  });
}

/** All rows of a chain after a sort key, in order, read consistently. */
export async function* rowsOf(
  table: Table,
  chain: string,
  after = '',
): AsyncGenerator<AuditRow, void> {
  for await (const item of itemsOf(table, chain, after)) {
    const { sk: sortKey, line } = rowSchema.parse(item);
    yield { sortKey, line };
  }
}

/** All facts that a chain's writer knows, in no order, read consistently. */
export async function* factRowsOf(table: Table, chain: string): AsyncGenerator<FactRow, void> {
  for await (const item of itemsOf(table, factsOf(chain))) {
    const { sk: fact, sequence } = factSchema.parse(item);
    yield { fact, sequence };
  }
}

async function* itemsOf(table: Table, pk: string, after = ''): AsyncGenerator<unknown, void> {
  let page: Record<string, unknown> | undefined = after === '' ? undefined : { pk, sk: after };
  do {
    const { Items = [], LastEvaluatedKey } = await table.dynamo.send(
      new QueryCommand({
        TableName: table.name,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': pk },
        ExclusiveStartKey: page,
      }),
    );
    yield* Items;
    page = LastEvaluatedKey;
  } while (page !== undefined);
}

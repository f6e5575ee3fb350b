/** Answers of the terminology server that the whole fleet shares, until they expire. */
import { hash } from 'node:crypto';
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { KnownAnswer } from '../core/delivery/terminology.ts';
import type { Table } from './handles.ts';

const answerSchema = z.object({
  answer: z.enum(['in-set', 'not-in-set', 'unknown']),
  checkedAt: z.number(),
});

/** Throws if the table fails, or is too slow. */
export async function readAnswer(
  table: Table,
  key: string,
  abortSignal: AbortSignal,
): Promise<KnownAnswer | undefined> {
  const { Item } = await table.dynamo.send(
    new GetCommand({ TableName: table.name, Key: { pk: hashOf(key) } }),
    { abortSignal },
  );
  return Item === undefined ? undefined : answerSchema.parse(Item);
}

/** If two answers to one question are written, either may stay: both are the server's. */
export async function writeAnswer(
  table: Table,
  key: string,
  { answer, checkedAt }: KnownAnswer,
  { keepMs, signal }: { readonly keepMs: number; readonly signal: AbortSignal },
): Promise<void> {
  const expiresAt = Math.ceil((checkedAt + keepMs) / 1_000);
  const Item = { pk: hashOf(key), answer, checkedAt, expiresAt };
  await table.dynamo.send(new PutCommand({ TableName: table.name, Item }), { abortSignal: signal });
}

/** A key of DynamoDB holds 2 KB, and nobody needs to read the questions there. */
function hashOf(key: string): string {
  return hash('sha256', key);
}

/** Reads the entries of Quarantine for operators: one, or all. */
import { GetCommand, paginateScan } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { QUARANTINE_STATUSES } from '../core/attempt/attempts.ts';
import {
  claimCheckSchema,
  crashKindSchema,
  laneSchema,
  originSchema,
  traceContextSchema,
} from '../core/message/messages.ts';
import { equalTo, projectionOf } from './expressions.ts';
import type { Table } from './handles.ts';

const attemptSchema = z.object({
  requestId: z.string(),
  startedAt: z.number(),
  crash: crashKindSchema.optional(),
  reason: z.string().optional(),
  ended: z.number().optional(),
});
const roundSchema = z.object({
  quarantinedAt: z.number(),
  kind: z.string(),
  reason: z.string(),
  crash: crashKindSchema.optional(),
  fingerprint: z.string(),
  attempts: z.number(),
  redrivenAt: z.number(),
  by: z.string(),
  why: z.string().optional(),
});
const entrySchema = z.object({
  pk: z.string(),
  status: z.enum(QUARANTINE_STATUSES),
  lane: laneSchema,
  source: z.string(),
  sender: z.string().optional(),
  claims: originSchema.shape.claims,
  problem: z.string().optional(),
  file: z.string().optional(),
  line: z.number().optional(),
  sentAt: z.number(),
  sequence: z.number().optional(),
  correlationId: z.string().optional(),
  trace: traceContextSchema.optional(),
  kind: z.enum(['rejection', 'dead-letter', 'undelivered']).optional(),
  reason: z.string().optional(),
  crash: crashKindSchema.optional(),
  outcome: z.string().optional(),
  fingerprint: z.string().optional(),
  quarantinedAt: z.number().optional(),
  /** When it was stored after all. */
  storedAt: z.number().optional(),
  /** When it is deleted, epoch seconds. */
  expiresAt: z.number().optional(),
  attempts: z.array(attemptSchema).default([]),
  body: z.string().optional(),
  bodyS3: claimCheckSchema.shape.s3.optional(),
  /** Where the submitted body is stored, if a corrected one was sent in its place. */
  original: claimCheckSchema.shape.s3.optional(),
  corrections: z
    .array(
      z.object({
        at: z.number(),
        by: z.string(),
        why: z.string(),
        bodyS3: claimCheckSchema.shape.s3,
      }),
    )
    .optional(),
  delivery: z.object({ pk: z.string(), submissionOrder: z.string() }).optional(),
  redrives: z.number().default(0),
  round: z.number().optional(),
  redrivenAt: z.number().optional(),
  redrive: z
    .object({
      before: z.number(),
      at: z.number(),
      by: z.string(),
      why: z.string().optional(),
      sentAt: z.number().optional(),
    })
    .optional(),
  /** The number of the erasure that removed its content. */
  erasure: z.number().optional(),
  rounds: z.array(roundSchema).default([]),
  discard: z.object({ at: z.number(), by: z.string(), why: z.string().optional() }).optional(),
});

/** One message in trouble, with everything known about it. Times are epoch ms. */
export type QuarantineRecord = z.infer<typeof entrySchema>;

/** The parts of an entry that a list shows, without bodies. */
const summarySchema = entrySchema.pick({
  pk: true,
  status: true,
  lane: true,
  source: true,
  kind: true,
  reason: true,
  fingerprint: true,
  quarantinedAt: true,
  redrives: true,
  redrive: true,
});
export type QuarantineSummary = z.infer<typeof summarySchema>;

/** Prefix of entries for what the FHIR server refused: the message's own entry is separate. */
export const DELIVERY_ENTRY = 'delivery#';

/** One entry by the message's original id; read consistently. */
export async function readEntry(
  table: Table,
  messageId: string,
): Promise<QuarantineRecord | undefined> {
  const { Item } = await table.dynamo.send(
    new GetCommand({ TableName: table.name, Key: { pk: messageId }, ConsistentRead: true }),
  );
  return Item === undefined ? undefined : entrySchema.parse(Item);
}

/** A summary of every entry, whatever its status, in no order. Reads the whole table. */
export function allEntries(table: Table): AsyncGenerator<QuarantineSummary> {
  return entriesAfter(table, undefined);
}

/** The same, starting after an entry. Pages are read only as the caller needs them. */
export async function* entriesAfter(
  table: Table,
  messageId: string | undefined,
): AsyncGenerator<QuarantineSummary> {
  const pages = paginateScan(
    { client: table.dynamo },
    {
      TableName: table.name,
      ConsistentRead: true,
      ExclusiveStartKey: messageId === undefined ? undefined : { pk: messageId },
      ...projectionOf(Object.keys(summarySchema.shape)),
    },
  );
  for await (const { Items = [] } of pages) {
    for (const item of Items) yield summarySchema.parse(item);
  }
}

/**
 * Ids of the entries with these attributes from their producer. There is no index for it: reads the whole
 * table.
 */
export async function* entryIds(
  table: Table,
  said: Readonly<Record<string, string | number>>,
): AsyncGenerator<string> {
  const pages = paginateScan(
    { client: table.dynamo },
    {
      TableName: table.name,
      ProjectionExpression: 'pk',
      ...equalTo(said),
    },
  );
  for await (const { Items = [] } of pages) for (const { pk } of Items) yield String(pk);
}

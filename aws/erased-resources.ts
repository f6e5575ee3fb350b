/**
 * Removes the content of rows of Resources. What stays is the row's place in the order of submissions, so
 * that older ones are still refused (R05), and what the FHIR server holds of it.
 */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, paginateScan, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { claimCheckSchema } from '../core/message/messages.ts';
import { erasableRow } from './erasable-row.ts';
import { projectionOf, removeAll } from './expressions.ts';
import type { Table } from './handles.ts';
import { textSchema } from './packed-text.ts';

const leaseSchema = z.object({ until: z.number() }).optional();

const rowSchema = z.object({
  pk: z.string(),
  submissionOrder: z.string(),
  messageId: z.string(),
  source: z.string(),
  sentAt: z.number(),
  resourceType: z.string(),
  resourceId: z.string().optional(),
  body: textSchema.optional(),
  bodyS3: claimCheckSchema.shape.s3.optional(),
  /** The number of the erasure that removed its content. */
  erasure: z.number().optional(),
  deliveryLease: leaseSchema,
  deliveredOrder: z.string().optional(),
  deliveryUnconfirmed: z.boolean().optional(),
  deliveryLateUntil: z.number().optional(),
});
export type ResourceRow = z.infer<typeof rowSchema>;

const CONTENT = [
  ...['body', 'bodyS3', 'bodyBytes', 'contentHash'],
  ...['file', 'line', 'correlationId', 'trace'],
];
/** Without these nothing is pending any more. A lease stays: its owner may still be working. */
const PENDING = ['deliveryShard', 'deliveryDueAt', 'deliveryRedriven', 'deliveryFailures'];
const REFUSED = ['deliveryRefused'];

/** Every row; reads the whole table, consistently. */
export async function* resourceRows(table: Table): AsyncGenerator<ResourceRow, void> {
  const pages = paginateScan(
    { client: table.dynamo },
    {
      TableName: table.name,
      ConsistentRead: true,
      ...projectionOf(Object.keys(rowSchema.shape)),
    },
  );
  for await (const { Items = [] } of pages) {
    for (const item of Items) yield erasableRow(rowSchema, item, item['messageId'], table);
  }
}

export interface ErasedRow {
  /** False if a newer submission has taken its place: its sender decided to keep it. */
  readonly isErased: boolean;
  /** Somebody may have taken it since the row was read, and has what the row held. */
  readonly lease: ResourceRow['deliveryLease'];
}

export async function eraseRow(
  table: Table,
  { pk, submissionOrder }: ResourceRow,
  erasure: number,
  now: number,
): Promise<ErasedRow> {
  const gone = removeAll([...CONTENT, ...PENDING, ...REFUSED]);
  const update = new UpdateCommand({
    TableName: table.name,
    Key: { pk },
    UpdateExpression: `SET erasure = :erasure, erasedAt = :now ${gone.expression}`,
    ConditionExpression: 'submissionOrder = :seen',
    ExpressionAttributeNames: gone.names,
    ExpressionAttributeValues: { ':erasure': erasure, ':now': now, ':seen': submissionOrder },
    ReturnValues: 'ALL_NEW',
  });
  try {
    const { Attributes } = await table.dynamo.send(update);
    return { isErased: true, lease: leaseSchema.parse(Attributes?.['deliveryLease']) };
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    return { isErased: false, lease: await readLease(table, pk) };
  }
}

async function readLease(table: Table, pk: string): Promise<ResourceRow['deliveryLease']> {
  const { Item } = await table.dynamo.send(
    new GetCommand({
      ...{ TableName: table.name, Key: { pk }, ConsistentRead: true },
      ...projectionOf(['deliveryLease']),
    }),
  );
  return leaseSchema.parse(Item?.['deliveryLease']);
}

/** Reads what the pipeline wrote: whole tables, page by page, without the bodies. */
import { type DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import type { QuarantineItem, StoredItem } from './accounting.ts';

const storedSchema = z.object({ pk: z.string(), messageId: z.string(), sentAt: z.number() });
const quarantineSchema = z.object({
  pk: z.string(),
  status: z.string(),
  kind: z.string().exactOptional(),
});
const endedSchema = z.object({
  pk: z.string(),
  status: z.string(),
  kind: z.string().exactOptional(),
  reason: z.string().exactOptional(),
  source: z.string().exactOptional(),
});
export type EndedItem = z.infer<typeof endedSchema>;
const incidentSchema = z.object({ pk: z.string(), sk: z.string(), openedAt: z.number() });
export type IncidentItem = z.infer<typeof incidentSchema>;

export interface Tables {
  readonly dynamodb: DynamoDBDocumentClient;
  readonly resources: string;
  readonly quarantine: string;
  readonly incidents: string;
  readonly supervision: string;
}

export function readResources({ dynamodb, resources }: Tables): Promise<StoredItem[]> {
  return scan(dynamodb, resources, storedSchema);
}

export function readQuarantine({ dynamodb, quarantine }: Tables): Promise<QuarantineItem[]> {
  return scan(dynamodb, quarantine, quarantineSchema);
}

/** With the reason, which has no values. */
export function readEnded({ dynamodb, quarantine }: Tables): Promise<EndedItem[]> {
  return scan(dynamodb, quarantine, endedSchema);
}

export interface Ended {
  readonly stored: number;
  readonly rejected: number;
  readonly quarantined: number;
}

/** How many items are in the tables; costs less than reading them. */
export async function countEnded(tables: Tables): Promise<Ended> {
  let stored = 0;
  for await (const page of pages(tables.dynamodb, tables.resources, [])) stored += page.Count ?? 0;
  const ended = (await readQuarantine(tables)).filter(({ status }) => status === 'quarantined');
  const rejected = ended.filter(({ kind }) => kind === 'rejection').length;
  return { stored, rejected, quarantined: ended.length - rejected };
}

/** Incidents opened since then, without the crash events in the same table. */
export async function readIncidents(
  { dynamodb, incidents }: Tables,
  sinceMs: number,
): Promise<IncidentItem[]> {
  const found: IncidentItem[] = [];
  for await (const page of pages(dynamodb, incidents, ['pk', 'sk', 'openedAt'])) {
    for (const item of page.Items ?? []) {
      const incident = incidentSchema.safeParse(item);
      if (incident.success && incident.data.openedAt >= sinceMs) found.push(incident.data);
    }
  }
  return found.filter(({ sk }) => sk.startsWith('incident#'));
}

async function scan<T extends object>(
  dynamodb: DynamoDBDocumentClient,
  table: string,
  schema: z.ZodObject<z.ZodRawShape, z.core.$strip> & z.ZodType<T>,
): Promise<T[]> {
  const items: T[] = [];
  for await (const page of pages(dynamodb, table, Object.keys(schema.shape))) {
    for (const item of page.Items ?? []) items.push(schema.parse(item));
  }
  return items;
}

/** Pages with these attributes of each item; without attributes, only counts. */
async function* pages(dynamodb: DynamoDBDocumentClient, table: string, names: readonly string[]) {
  const projection =
    names.length === 0
      ? { Select: 'COUNT' as const }
      : {
          ProjectionExpression: names.map((name) => `#${name}`).join(', '),
          ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
        };
  let next: Record<string, unknown> | undefined;
  do {
    const page = await dynamodb.send(
      new ScanCommand({
        TableName: table,
        ConsistentRead: true,
        ...projection,
        ...(next !== undefined && { ExclusiveStartKey: next }),
      }),
    );
    yield page;
    next = page.LastEvaluatedKey;
  } while (next !== undefined);
}

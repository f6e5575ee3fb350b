/** Reads what the pipeline wrote: whole tables, page by page, without the bodies. */
import { z } from 'zod';
import type { Table } from '../aws/handles.ts';
import { MESSAGE_INDEX } from '../aws/resources-index-names.ts';
import { pagesOf } from '../aws/table-pages.ts';
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
const incidentSchema = z.object({
  pk: z.string(),
  sk: z.string(),
  openedAt: z.number(),
  /** Each other fault has a page of its own. */
  others: z.array(z.unknown()).default([]),
});
export type IncidentItem = z.infer<typeof incidentSchema>;

export interface Tables {
  readonly dynamodb: Table['dynamo'];
  readonly resources: string;
  readonly quarantine: string;
  readonly incidents: string;
  readonly supervision: string;
}

export function readResources({ dynamodb, resources }: Tables): Promise<StoredItem[]> {
  return scan({ name: resources, dynamo: dynamodb }, storedSchema);
}

export function readQuarantine({ dynamodb, quarantine }: Tables): Promise<QuarantineItem[]> {
  return scan({ name: quarantine, dynamo: dynamodb }, quarantineSchema);
}

/** With the reason, which has no values. */
export function readEnded({ dynamodb, quarantine }: Tables): Promise<EndedItem[]> {
  return scan({ name: quarantine, dynamo: dynamodb }, endedSchema);
}

export interface Ended {
  readonly stored: number;
  readonly rejected: number;
  readonly quarantined: number;
}

/** How many items are in the tables. Stored ones are counted in an index, without bodies. */
export async function countEnded(tables: Tables): Promise<Ended> {
  let stored = 0;
  const resources = { name: tables.resources, dynamo: tables.dynamodb };
  for await (const { count } of pagesOf(resources, [], MESSAGE_INDEX)) stored += count;
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
  const table = { name: incidents, dynamo: dynamodb };
  for await (const { items } of pagesOf(table, Object.keys(incidentSchema.shape))) {
    for (const item of items) {
      const incident = incidentSchema.safeParse(item);
      if (incident.success && incident.data.openedAt >= sinceMs) found.push(incident.data);
    }
  }
  return found.filter(({ sk }) => sk.startsWith('incident#'));
}

async function scan<T extends object>(
  table: Table,
  schema: z.ZodObject<z.ZodRawShape, z.core.$strip> & z.ZodType<T>,
): Promise<T[]> {
  const found: T[] = [];
  for await (const { items } of pagesOf(table, Object.keys(schema.shape))) {
    for (const item of items) found.push(schema.parse(item));
  }
  return found;
}

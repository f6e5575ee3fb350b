/**
 * The breakers of the fleet, one item per service. Each save replaces the whole item, on the
 * condition that it still has the version that was decided on. The generation is compared too,
 * because versions start again after an operator deleted the item.
 */
import { GetCommand, PutCommand, paginateScan, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { BreakerState, Transition } from '../core/breaker/breaker-state.ts';
import type { BreakerStore } from '../core/breaker/breaker-store.ts';
import { written } from './conditional-write.ts';
import type { Table } from './handles.ts';

const NOT_THERE = 'attribute_not_exists(pk)';
const FENCE = 'generation = :generation AND version = :version';
const SAME_PHASE = 'generation = :generation AND since = :since';

const phaseSchema = z.enum(['closed', 'open', 'half-open']);
const transitionSchema = z.object({
  from: phaseSchema,
  to: phaseSchema,
  generation: z.int(),
  at: z.number(),
  why: z.string(),
  by: z.string().optional(),
  openUntil: z.number().optional(),
});
const common = {
  generation: z.int(),
  version: z.int(),
  since: z.number(),
  why: z.string(),
  reopenings: z.int(),
  forced: z.object({ until: z.number(), reason: z.string(), by: z.string() }).optional(),
  receipts: z.array(z.string()),
  recent: z.array(transitionSchema).default([]),
  publishedTo: z.int().optional(),
};
const bucketSchema = z.object({ from: z.number(), calls: z.int(), failures: z.int() });
const probeSchema = z.object({ owner: z.string(), leaseUntil: z.number() });
/** Items of an older version do not have it. */
const failedProbes = z.int().default(0);
const stateSchema = z.discriminatedUnion('phase', [
  z.object({
    ...common,
    phase: z.literal('closed'),
    failures: z.int(),
    failedAt: z.number().optional(),
    failedPart: z.string().optional(),
    window: z.array(bucketSchema),
    restarts: z.array(z.object({ id: z.string(), at: z.number() })).optional(),
    rampFrom: z.number().optional(),
  }),
  z.object({ ...common, phase: z.literal('open'), failedProbes, openUntil: z.number() }),
  z.object({
    ...common,
    phase: z.literal('half-open'),
    failedProbes,
    successes: z.int(),
    probe: probeSchema.optional(),
  }),
]);

/** Reads and writes the Breakers table with short timeouts, because calls wait for it. */
export function breakersTable(table: Table): BreakerStore {
  return {
    /** Read consistently: the others must learn within a second, reliably (R11). */
    async load(service) {
      const { Item } = await table.dynamo.send(
        new GetCommand({ TableName: table.name, Key: { pk: service }, ConsistentRead: true }),
      );
      return Item === undefined ? undefined : stateSchema.parse(Item);
    },
    save(service, before, next) {
      const put = new PutCommand({
        TableName: table.name,
        Item: { pk: service, ...next },
        ...fence(before),
      });
      return written(table.dynamo.send(put));
    },
  };
}

/** All breakers, by service. It reads the whole table, which is small. */
export async function listBreakers(
  table: Table,
): Promise<{ readonly service: string; readonly state: BreakerState }[]> {
  const found: { service: string; state: BreakerState }[] = [];
  const pages = paginateScan(
    { client: table.dynamo },
    { TableName: table.name, ConsistentRead: true },
  );
  for await (const { Items = [] } of pages) {
    for (const item of Items) {
      found.push({ service: String(item['pk']), state: stateSchema.parse(item) });
    }
  }
  return found.sort((a, b) => a.service.localeCompare(b.service));
}

/**
 * Confirms that the transitions up to this one have been published. The breaker may have moved on since it was
 * read, as one that opens and closes all the time has, so it is read again. A save on the state before the
 * confirmation removes it, and it is given again. The version does not change, so that no call has to
 * decide again.
 * @returns false if the item does not have this transition, or its phase has just ended
 */
export async function confirmPublished(
  table: Table,
  service: string,
  { generation, at }: Transition,
): Promise<boolean> {
  const state = await breakersTable(table).load(service);
  const isSame = state?.recent.some((each) => each.generation === generation && each.at === at);
  if (state === undefined || !isSame) return false;
  if (generation <= (state.publishedTo ?? 0)) return true;
  const update = new UpdateCommand({
    TableName: table.name,
    Key: { pk: service },
    UpdateExpression: 'SET publishedTo = :published',
    ConditionExpression: SAME_PHASE,
    ExpressionAttributeValues: {
      ':published': generation,
      ':generation': state.generation,
      ':since': state.since,
    },
  });
  return written(table.dynamo.send(update));
}

function fence({ generation, version }: BreakerState) {
  if (version === 0) return { ConditionExpression: NOT_THERE };
  return {
    ConditionExpression: FENCE,
    ExpressionAttributeValues: { ':generation': generation, ':version': version },
  };
}

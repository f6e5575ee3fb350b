/** How long killers took, step by step, from what Quarantine says of them. */
import * as z from 'zod';
import { pagesOf } from '../../aws/table-pages.ts';
import type { Tables } from '../../demo/tables.ts';
import { median } from '../median.ts';

const deadSchema = z.object({
  kind: z.literal('dead-letter'),
  sentAt: z.number(),
  quarantinedAt: z.number(),
  attempts: z.array(z.object({ startedAt: z.number(), ended: z.number().optional() })),
});
type Dead = z.infer<typeof deadSchema>;

/** Those that were submitted since then (epoch ms). */
async function readDead(
  { dynamodb, quarantine }: Tables,
  sinceMs: number,
): Promise<readonly Dead[]> {
  const found: Dead[] = [];
  const table = { name: quarantine, dynamo: dynamodb };
  for await (const { items } of pagesOf(table, Object.keys(deadSchema.shape))) {
    found.push(...items.flatMap((item) => deadSchema.safeParse(item).data ?? []));
  }
  return found.filter(({ sentAt }) => sentAt >= sinceMs);
}

/** Medians, in ms. */
export async function describeDeaths(tables: Tables, sinceMs: number): Promise<string> {
  const dead = await readDead(tables, sinceMs);
  const between = (
    from: (one: Dead) => number | undefined,
    to: (one: Dead) => number | undefined,
  ) => median(dead.map((one) => (to(one) ?? Number.NaN) - (from(one) ?? Number.NaN))).toFixed(0);
  const sent = ({ sentAt }: Dead) => sentAt;
  const started = ({ attempts }: Dead) => attempts[0]?.startedAt;
  const ended = ({ attempts }: Dead) => attempts.at(-1)?.ended;
  const quarantined = ({ quarantinedAt }: Dead) => quarantinedAt;
  return [
    `from submission to its first attempt alone ${between(sent, started)} ms`,
    `to the end of the last ${between(started, ended)} ms`,
    `to Quarantine ${between(ended, quarantined)} ms`,
  ].join(', ');
}

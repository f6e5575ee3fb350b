import { crashesBackFrom } from '../../aws/crash-items.ts';
import type { Table } from '../../aws/handles.ts';
import { belonging, type Evidence, evidenceOf } from '../../core/attempt/evidence.ts';
import type { Incident } from '../../core/incident/incident.ts';
import { type RecordedCrash, unspent } from '../../core/incident/spent-crashes.ts';

/** Beyond this a page says "more than": reading them all would take longer than a function may. */
const COUNTED_MAX = 50_000;

/**
 * Counts an incident's evidence from its crash events, newest first. Crashes that were reported
 * after it was resolved belong to it if they are inside the resolved period.
 */
export async function countAnew(
  table: Table,
  { scope, spent, firstCrashAt, windowMs, resolved }: Incident,
): Promise<Evidence> {
  const crashes: RecordedCrash[] = [];
  const until = resolved?.quietSince ?? resolved?.at;
  for await (const page of crashesBackFrom(table, scope, until)) {
    crashes.push(...page);
    const mine = belonging(unspent(crashes, spent), firstCrashAt, windowMs);
    const oldest = Math.min(firstCrashAt, mine.at(-1)?.at ?? firstCrashAt);
    const readTo = page.at(-1)?.at ?? 0;
    if (oldest - readTo >= windowMs) return evidenceOf(mine);
    if (crashes.length >= COUNTED_MAX) return evidenceOf(mine, true);
  }
  return evidenceOf(belonging(unspent(crashes, spent), firstCrashAt, windowMs));
}

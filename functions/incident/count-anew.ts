import { belonging, type Evidence, evidenceOf } from '../../core/evidence.ts';
import type { Incident } from '../../core/incident.ts';
import type { CrashEvent } from '../../core/messages.ts';
import { crashesBackTo } from '../aws/crash-items.ts';

/** Beyond that a page says "more than": reading them all would take longer than a function may. */
const COUNTED_MAX = 50_000;

/** The evidence of an incident as its crash events are now, the newest read first. */
export async function countAnew(
  table: string,
  { scope, spentUntil, firstCrashAt, windowMs }: Incident,
): Promise<Evidence> {
  const crashes: CrashEvent[] = [];
  for await (const page of crashesBackTo(table, scope, spentUntil)) {
    crashes.push(...page);
    const mine = belonging(crashes, firstCrashAt, windowMs);
    if (mine.length < crashes.length) return evidenceOf(mine);
    if (crashes.length >= COUNTED_MAX) return evidenceOf(crashes, true);
  }
  return evidenceOf(crashes);
}

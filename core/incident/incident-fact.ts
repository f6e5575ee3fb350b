/**
 * An incident as reports keep it, taken from the notices that management gets: they are the incident's own
 * event stream. The table Incidents belongs to the kernel, and nothing of the application reads it.
 *
 * Of several notices of one incident the latest counts. An incident belongs to the day it was opened on,
 * however long it lasts.
 */
import * as z from 'zod';

export const incidentFactSchema = z.object({
  kind: z.literal('incident'),
  /** Such as `validate#3`. */
  incident: z.string(),
  scope: z.string(),
  cause: z.enum(['crashes', 'escalation']),
  status: z.enum(['open', 'acknowledged', 'resolved']),
  /** Epoch ms, as all times here. */
  openedAt: z.int().nonnegative(),
  resolvedAt: z.int().nonnegative().optional(),
  /** A number, or `more than` one. */
  crashes: z.string(),
  messages: z.int().nonnegative(),
  toldAt: z.int().nonnegative(),
});
export type IncidentFact = z.infer<typeof incidentFactSchema>;

/** One fact an incident, the latest, in the order of their opening. */
export function latestOfEach(facts: readonly IncidentFact[]): IncidentFact[] {
  const latest = new Map<string, IncidentFact>();
  for (const fact of facts) {
    // A new table counts from 1 again.
    const key = `${fact.incident} ${fact.openedAt}`;
    const before = latest.get(key);
    if (before === undefined || before.toldAt < fact.toldAt) latest.set(key, fact);
  }
  return [...latest.values()].sort((a, b) => a.openedAt - b.openedAt);
}

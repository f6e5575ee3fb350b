/** Reads from a notice to management (functions/incident/page.ts) what reports keep. */
import * as z from 'zod';
import { type IncidentFact, incidentFactSchema } from '../../core/incident/incident-fact.ts';

/** The beginning and the end of an incident, by the notice's attribute `notice`. */
export const REPORTED_NOTICES = ['notice', 'all-clear'] as const;

const facts = incidentFactSchema.shape;
const noticeSchema = z.object({
  dedup_key: z.string(),
  payload: z.object({
    timestamp: z.iso.datetime(),
    component: facts.scope,
    class: facts.cause,
    custom_details: z.object({
      incident: facts.incident,
      status: facts.status,
      crashes: facts.crashes,
      messages: facts.messages,
      /** When somebody last acknowledged or resolved it. */
      at: z.iso.datetime().optional(),
    }),
  }),
});

/**
 * The fact of a notice; undefined if it is not a notice.
 * @param publishedAt epoch ms
 */
export function incidentFactIn(body: unknown, publishedAt: number): IncidentFact | undefined {
  const { success, data } = noticeSchema.safeParse(body);
  if (!success) return undefined;
  const { timestamp, component, class: cause, custom_details } = data.payload;
  const { incident, status, crashes, messages, at } = custom_details;
  return {
    kind: 'incident',
    incident,
    scope: component,
    cause,
    status,
    openedAt: Date.parse(timestamp),
    ...(status === 'resolved' && at !== undefined && { resolvedAt: Date.parse(at) }),
    crashes,
    messages,
    toldAt: publishedAt,
  };
}

/**
 * One ending of one message, as reports and analysts keep it: an outcome event without what only its
 * producer needs, and with a keyed hash for the message's id (R08). It never holds texts or values.
 *
 * The day is that of the ending, in UTC: a report says what was decided that day, whenever it was
 * submitted. An outcome is published at least once, so a fact may come twice, in two batches; message and
 * verdict distinguish it from all others, and a reader counts it once.
 *
 * The reason is the first error's code, place without indices and rule, or what crashed: a fingerprint says
 * which failures are equal, but no person can read it.
 */
import * as z from 'zod';
import {
  crashKindSchema,
  laneSchema,
  type OutcomeEvent,
  outcomeVerdictSchema,
} from '../message/messages.ts';
import { causeOf } from '../message/rejection-reason.ts';

export const outcomeFactSchema = z.object({
  kind: z.literal('outcome'),
  /** Keyed hash of the message's id, hexadecimal. */
  message: z.string().regex(/^[0-9a-f]{16,64}$/),
  verdict: outcomeVerdictSchema,
  source: z.string(),
  lane: laneSchema,
  /** Epoch ms. */
  endedAt: z.int().nonnegative(),
  /**
   * Ms from submission, or the last redrive, to the ending. Absent for events that do not have it.
   */
  latencyMs: z.int().nonnegative().optional(),
  crash: crashKindSchema.optional(),
  fingerprint: z.string().optional(),
  why: z.string().optional(),
  /** Number of issues of all severities. */
  issues: z.int().nonnegative(),
});
export type OutcomeFact = z.infer<typeof outcomeFactSchema>;

/**
 * The fact of an event.
 * @param message keyed hash of its message's id
 * @param publishedAt epoch ms at which it was published, for events that do not say when it ended
 */
export function outcomeFact(
  event: OutcomeEvent,
  message: string,
  publishedAt: number,
): OutcomeFact {
  const { verdict, source, lane, crash, fingerprint, issuesTotal } = event;
  const since = event.redrivenAt ?? event.sentAt;
  const endedAt = event.endedAt ?? publishedAt;
  const why = whyOf(event);
  return {
    kind: 'outcome',
    message,
    verdict,
    source,
    lane,
    endedAt,
    // Another machine's clock may be ahead.
    ...(since !== undefined && { latencyMs: Math.max(0, endedAt - since) }),
    ...(crash !== undefined && { crash }),
    ...(fingerprint !== undefined && { fingerprint }),
    ...(why !== undefined && { why }),
    issues: issuesTotal,
  };
}

function whyOf({ verdict, crash, issues }: OutcomeEvent): string | undefined {
  if (verdict === 'stored') return undefined;
  if (crash !== undefined) return `crashed: ${crash}`;
  const first = issues.find(({ severity }) => severity === 'error');
  if (first === undefined) return undefined;
  const { expression, ...cause } = first;
  const place = expression?.replaceAll(/\[\d+\]/g, '');
  return causeOf({ ...cause, ...(place !== undefined && { expression: place }) });
}

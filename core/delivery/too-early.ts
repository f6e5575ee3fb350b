/**
 * Whether a server refused a resource only because it came before what it refers to.
 *
 * Deliveries have no order among resources: an Observation may overtake its Patient, and after an outage all are
 * sent at once. A FHIR server that checks references (HAPI does, unless it is told otherwise) then refuses the
 * Observation, with the same 4xx as for anything else: https://hl7.org/fhir/R4/references.html does not say how.
 * Nothing in the answer can be relied on, so what the resource refers to decides:
 *
 * - While anything of that is still to be delivered, the refused resource waits, but no longer than an hour: two that
 *   refer to each other would wait for ever.
 * - What we do not hold may be on its way through a lane, or be at the server only. That is worth a few tries.
 * - Otherwise the refusal is the resource's own at once.
 */
import type { Failures } from './delivery-meaning.ts';

const HOUR_MS = 3_600_000;

/** What is known of a resource that a refused one refers to. `absent`: we have not stored it. */
export type Referred = 'absent' | 'pending' | 'settled';

export function isTooEarly(
  referred: readonly Referred[],
  { refused }: Pick<Failures, 'refused'>,
  now: number,
  triesMax: number,
): boolean {
  if (refused === undefined || now - refused.since >= HOUR_MS) return false;
  if (referred.includes('pending')) return true;
  return referred.includes('absent') && refused.count < triesMax;
}

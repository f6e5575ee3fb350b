/**
 * The correlation id: what finds one submission again in logs, outcomes, traces and at the FHIR
 * server. A producer may bring its own, in the message attribute `correlationId`; else the id that
 * SQS gave the message is it.
 *
 * It is the producer's text, and goes where no PHI may go (R08). So only what a machine makes up is
 * taken: a UUID, a ULID (https://github.com/ulid/spec) or a trace id of W3C's Trace Context (32 hex
 * digits); and not even that where the resource itself holds it, for ids of patients are UUIDs too.
 * What is not taken is ignored, never a reason to refuse a resource: it only helps whoever looks.
 */
import type { Origin } from './messages.ts';

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const ULID = '[0-7][0-9a-hjkmnp-tv-z]{25}';
const TRACE_ID = '[0-9a-f]{32}';
/** What a producer's own one looks like. */
export const CORRELATION_ID = new RegExp(`^(?:${UUID}|${ULID}|${TRACE_ID})$`, 'i');

export const CORRELATION_ATTRIBUTE = 'correlationId';

/** Its producer's own, if it may be told; undefined stands for the message id. */
export function ownCorrelationId(said: string | undefined, resource: string): string | undefined {
  return said !== undefined && CORRELATION_ID.test(said) && !holds(resource, said)
    ? said
    : undefined;
}

/** Ids of these forms are the same in either case. */
function holds(resource: string, id: string): boolean {
  return resource.toLowerCase().includes(id.toLowerCase());
}

type Correlated = Pick<Origin, 'messageId' | 'correlationId'>;

export function correlationOf({ messageId, correlationId }: Correlated): string {
  return correlationId ?? messageId;
}

/** Both ids, for a log line about that submission. */
export function idsOf(origin: Correlated): { messageId: string; correlationId: string } {
  return { messageId: origin.messageId, correlationId: correlationOf(origin) };
}

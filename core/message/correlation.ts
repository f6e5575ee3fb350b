/**
 * The correlation id: what finds one submission again in logs, outcomes, traces and at the FHIR
 * server. A producer may bring its own, in the message attribute `correlationId`; else the id that
 * SQS gave the message is it.
 *
 * It is the producer's text, and goes where no PHI may go (R08). So only what a machine makes up is
 * taken: a UUID, a ULID (https://github.com/ulid/spec) or a trace id of W3C's Trace Context (32 hex
 * digits); and not even that where the resource itself holds it, for ids of patients are UUIDs too.
 * The same holds for the trace that a producer brings. What is not taken is ignored, never a reason to
 * refuse a resource: it only helps whoever looks.
 *
 * A resource that lies elsewhere has to be loaded first. Until then the ids are undecided: they travel
 * in envelopes, and nothing else knows them.
 */
import { CORRELATION_ID } from './id-patterns.ts';
import type { Origin, TraceContext } from './messages.ts';

export const CORRELATION_ATTRIBUTE = 'correlationId';

/** Ids that a producer chose for a submission. */
export type ChosenIds = Pick<Origin, 'correlationId' | 'trace'>;

/** What of them looks as it must. */
export function chosenIds(said: string | undefined, trace: TraceContext | undefined): ChosenIds {
  const isOne = said !== undefined && CORRELATION_ID.test(said);
  return { ...(isOne && { correlationId: said }), ...(trace !== undefined && { trace }) };
}

/** What of them may be told: what the resource does not hold. Undefined stands for the message id. */
export function publishableIds({ correlationId, trace }: ChosenIds, resource: string): ChosenIds {
  if (correlationId === undefined && trace === undefined) return {};
  const held = bare(resource);
  const isPublishable = (id: string | undefined) => id !== undefined && !held.includes(bare(id));
  return {
    ...(isPublishable(correlationId) && { correlationId }),
    ...(trace !== undefined && isPublishable(trace.traceparent.split('-')[1]) && { trace }),
  };
}

/** Decides, now that the resource is there. Former versions did so before it was. */
export function decideIds(origin: Origin, resource: string): Origin {
  const { undecided, correlationId, trace, ...others } = origin;
  const said = chosenIds(correlationId, trace);
  return { ...others, ...publishableIds({ ...undecided, ...said }, resource) };
}

/** What was decided when it ran before: its entry says so, and it need not be loaded for that. */
export function decideAsBefore(origin: Origin, before: string | undefined): Origin {
  const { undecided, ...decided } = origin;
  if (before === undefined || undecided?.correlationId !== before) return origin;
  return { ...decided, correlationId: before };
}

/** One id may be written in either case, with hyphens or without, and with escapes of JSON. */
function bare(text: string): string {
  const plain = text.includes('\\u00')
    ? text.replace(/\\u00([0-7][0-9a-f])/gi, (_, code: string) =>
        String.fromCharCode(Number.parseInt(code, 16)),
      )
    : text;
  return plain.toLowerCase().replaceAll('-', '');
}

type Correlated = Pick<Origin, 'messageId' | 'correlationId'>;

export function correlationOf({ messageId, correlationId }: Correlated): string {
  return correlationId ?? messageId;
}

/** Both ids, for a log line about that submission. */
export function idsOf(origin: Correlated): { messageId: string; correlationId: string } {
  return { messageId: origin.messageId, correlationId: correlationOf(origin) };
}

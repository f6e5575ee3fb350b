/**
 * The correlation id finds one submission in logs, outcomes, traces and at the FHIR server. A producer may
 * set its own, in the message attribute `correlationId`; otherwise it is the id that SQS gave the message.
 *
 * It is the producer's text, and goes where no PHI may go (R08). So only generated ids are accepted: a
 * UUID, a ULID (https://github.com/ulid/spec) or a trace id of W3C's Trace Context (32 hex digits), in the
 * forms of chosen-id-forms.ts; and not even those if the resource itself holds the same id, because ids of
 * patients are UUIDs too. The same holds for a producer's trace. An id that is not accepted is ignored; it
 * is never a reason to reject a resource.
 *
 * A resource that is stored elsewhere has to be loaded first. Until then the ids are undecided: they travel
 * in envelopes and appear nowhere else.
 */
import { CORRELATION_ID } from './chosen-id-forms.ts';
import type { Origin, TraceContext } from './messages.ts';

export const CORRELATION_ATTRIBUTE = 'correlationId';

/** Ids that a producer chose for a submission. */
export type ChosenIds = Pick<Origin, 'correlationId' | 'trace'>;

/** The ids that have an allowed form. */
export function chosenIds(said: string | undefined, trace: TraceContext | undefined): ChosenIds {
  const isOne = said !== undefined && CORRELATION_ID.test(said);
  return { ...(isOne && { correlationId: said }), ...(trace !== undefined && { trace }) };
}

/** The ids that may be published: those that the resource does not hold. Undefined means the message id. */
export function publishableIds({ correlationId, trace }: ChosenIds, resource: string): ChosenIds {
  if (correlationId === undefined && trace === undefined) return {};
  const held = bare(resource);
  const isPublishable = (id: string | undefined) => id !== undefined && !held.includes(bare(id));
  return {
    ...(isPublishable(correlationId) && { correlationId }),
    ...(trace !== undefined && isPublishable(trace.traceparent.split('-')[1]) && { trace }),
  };
}

/** Decides after the resource was loaded. Former versions decided earlier. */
export function decideIds(origin: Origin, resource: string): Origin {
  const { undecided, correlationId, trace, ...others } = origin;
  const said = chosenIds(correlationId, trace);
  return { ...others, ...publishableIds({ ...undecided, ...said }, resource) };
}

/** Repeats the decision of an earlier run, which is in the entry, without loading the resource. */
export function decideAsBefore(origin: Origin, before: string | undefined): Origin {
  const { undecided, ...decided } = origin;
  if (before === undefined || undecided?.correlationId !== before) return origin;
  return { ...decided, correlationId: before };
}

/** The same id may be written in either case, with or without hyphens, and with JSON escapes. */
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

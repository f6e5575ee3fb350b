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

const ESCAPE = '\\u00';
const HYPHEN = '-'.charCodeAt(0);

/**
 * The same id may be written in either case, with or without hyphens, and with JSON escapes. A byte a character, because
 * a text of 10 MiB may be nothing but escapes: what replaces them one by one needs 250 MB (R62).
 */
function bare(text: string): Buffer {
  const bytes = Buffer.allocUnsafe(text.length);
  let length = 0;
  for (let at = 0; at < text.length; at += 1) {
    const escaped = text.startsWith(ESCAPE, at) ? asciiAt(text, at + ESCAPE.length) : undefined;
    const code = escaped ?? text.charCodeAt(at);
    if (escaped !== undefined) at += ESCAPE.length + 1;
    if (code !== HYPHEN) bytes[length++] = lowered(code);
  }
  return bytes.subarray(0, length);
}

/** The ASCII character that these two digits stand for; undefined if they are none. */
function asciiAt(text: string, at: number): number | undefined {
  const [high, low] = [hexAt(text, at), hexAt(text, at + 1)];
  return high < 8 && low < 16 ? 16 * high + low : undefined;
}

function hexAt(text: string, at: number): number {
  const code = lowered(text.charCodeAt(at));
  if (code >= 48 && code <= 57) return code - 48;
  return code >= 97 ? code - 87 : Number.POSITIVE_INFINITY;
}

/** Ids are ASCII. */
function lowered(code: number): number {
  if (code > 127) return 0;
  return code >= 65 && code <= 90 ? code + 32 : code;
}

type Correlated = Pick<Origin, 'messageId' | 'correlationId'>;

export function correlationOf({ messageId, correlationId }: Correlated): string {
  return correlationId ?? messageId;
}

/** Both ids, for a log line about that submission. */
export function idsOf(origin: Correlated): { messageId: string; correlationId: string } {
  return { messageId: origin.messageId, correlationId: correlationOf(origin) };
}

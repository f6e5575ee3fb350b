/**
 * W3C Trace Context (https://www.w3.org/TR/trace-context/): which trace a submission is part of.
 *
 * A producer may say so, in the message attributes `traceparent` and `tracestate`; every hop of ours
 * and the call of the FHIR server say so of the step before. A message that brings none has a trace
 * all the same, whose id follows from its message id: SQS may deliver it to an environment that dies
 * with all that it had to tell, and what happens to the message afterwards belongs to the same trace.
 *
 * What is malformed is ignored, as the standard wants it; so is a version of it that is not ours.
 * `tracestate` is the text of others. It is passed on as it came, and appears in no span of ours (R08).
 */
import { createHash } from 'node:crypto';
import { TRACEPARENT, TRACESTATE } from './id-patterns.ts';
import type { TraceContext } from './messages.ts';

export function traceOf(
  attributes: Readonly<Record<string, string | undefined>>,
): TraceContext | undefined {
  const { traceparent, tracestate } = attributes;
  if (traceparent === undefined || !TRACEPARENT.test(traceparent)) return undefined;
  const isWell = tracestate !== undefined && TRACESTATE.test(tracestate);
  return isWell ? { traceparent, tracestate } : { traceparent };
}

export interface SpanIds {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
}

/** The parts of a well-formed `traceparent`. */
export function spanIdsOf({ traceparent }: TraceContext): SpanIds {
  const [, traceId = '', spanId = '', flags = '00'] = traceparent.split('-');
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) };
}

/** What the next step is told: this one's ids, and what others said before. */
export function traceFrom(
  { traceId, spanId, traceFlags }: SpanIds,
  before: TraceContext | undefined,
): TraceContext {
  const flags = traceFlags.toString(16).padStart(2, '0');
  const traceparent = `00-${traceId}-${spanId}-${flags}`;
  const tracestate = before?.tracestate;
  return { traceparent, ...(tracestate !== undefined && { tracestate }) };
}

/** The trace of a message that brought none. */
export function ownTraceId(messageId: string): string {
  return createHash('sha256').update(messageId).digest('hex').slice(0, 32);
}

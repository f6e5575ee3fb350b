/**
 * W3C Trace Context (https://www.w3.org/TR/trace-context/): which trace a submission is part of.
 *
 * A producer may name one, in the message attributes `traceparent` and `tracestate`; every hop of ours and
 * the call of the FHIR server name the step before. A message without one has a trace all the same, whose
 * id follows from its message id: its environment may die and lose all its spans, and what happens to the
 * message afterwards still belongs to the same trace.
 *
 * Malformed text is ignored, as the standard requires, and so is a version that is not ours. `tracestate`
 * is the text of others. It is passed on unchanged, and appears in no span of ours (R08).
 */
import { hash } from 'node:crypto';
import { TRACEPARENT, TRACESTATE } from './chosen-id-forms.ts';
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

/** The context for the next step: this step's ids, and the `tracestate` of others. */
export function traceFrom(
  { traceId, spanId, traceFlags }: SpanIds,
  before: TraceContext | undefined,
): TraceContext {
  const flags = traceFlags.toString(16).padStart(2, '0');
  const traceparent = `00-${traceId}-${spanId}-${flags}`;
  const tracestate = before?.tracestate;
  return { traceparent, ...(tracestate !== undefined && { tracestate }) };
}

/** The trace of a message without one. */
export function ownTraceId(messageId: string): string {
  return hash('sha256', messageId).slice(0, 32);
}

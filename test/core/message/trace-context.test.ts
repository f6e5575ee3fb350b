import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TRACEPARENT } from '../../../core/message/chosen-id-forms.ts';
import { ownTraceId, spanIdsOf, traceFrom, traceOf } from '../../../core/message/trace-context.ts';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN_ID = '00f067aa0ba902b7';
const traceparent = `00-${TRACE_ID}-${SPAN_ID}-01`;

describe('the trace context of a message', () => {
  test('is kept unchanged', () => {
    expect(traceOf({ traceparent })).toEqual({ traceparent });
    const both = { traceparent, tracestate: 'congo=t61rcWkgMzE,rojo=00f067aa0ba902b7' };
    expect(traceOf({ ...both, other: 'x' })).toEqual(both);
  });

  test.each([
    undefined,
    '',
    `01-${TRACE_ID}-${SPAN_ID}-01`,
    `00-${TRACE_ID}-${SPAN_ID}-01-more`,
    `00-${TRACE_ID.toUpperCase()}-${SPAN_ID}-01`,
    `00-${'0'.repeat(32)}-${SPAN_ID}-01`,
    `00-${TRACE_ID}-${'0'.repeat(16)}-01`,
    `${traceparent}\n`,
    '00-Wilhelmina-Smith-01',
  ])('is ignored if it is malformed: %j', (said) => {
    expect(traceOf({ traceparent: said, tracestate: 'a=b' })).toBeUndefined();
  });

  test('has no state if the state is not a valid header', () => {
    for (const tracestate of ['a=b\r\nx-injected: 1', 'é=1', '', 'x'.repeat(513)]) {
      expect(traceOf({ traceparent, tracestate })).toEqual({ traceparent });
    }
  });
});

test('gets its own ids for the next step, and keeps the state of others', () => {
  const before = { traceparent, tracestate: 'a=b' };
  const ids = spanIdsOf(before);
  expect(ids).toEqual({ traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: 1 });
  const next = traceFrom({ ...ids, spanId: 'b7ad6b7169203331', traceFlags: 0 }, before);
  expect(next).toEqual({
    traceparent: `00-${TRACE_ID}-b7ad6b7169203331-00`,
    tracestate: 'a=b',
  });
  expect(traceFrom(ids, undefined)).toEqual({ traceparent });
});

test('has a trace id that follows from the message’s id', () => {
  fc.assert(
    fc.property(fc.string(), (messageId) => {
      const traceId = ownTraceId(messageId);
      expect(traceId).toBe(ownTraceId(messageId));
      expect(`00-${traceId}-${SPAN_ID}-01`).toMatch(TRACEPARENT);
    }),
  );
  expect(ownTraceId('a')).not.toBe(ownTraceId('b'));
});

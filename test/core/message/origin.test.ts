import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ENVELOPE_ATTRIBUTE, type Envelope } from '../../../core/message/messages.ts';
import { envelopeFor, readProvenance, writeEnvelope } from '../../../core/message/origin.ts';

const read = (attributes: Record<string, string | undefined>) =>
  readProvenance({ messageId: 'm-1', sentAt: 1_000, queue: 'behind', attributes });

describe('the origin of a message on its first queue', () => {
  test('is the message itself if it says nothing', () => {
    expect(read({})).toEqual({ origin: { messageId: 'm-1', sentAt: 1_000, source: 'default' } });
  });

  test('R05 R07: has the producer’s source, file, line and sequence', () => {
    const said = { source: 'lab', file: 'a.ndjson', line: '7', sequence: '12', other: 'ignored' };
    expect(read(said).origin).toEqual({
      messageId: 'm-1',
      sentAt: 1_000,
      source: 'lab',
      file: 'a.ndjson',
      line: 7,
      sequence: 12,
    });
  });

  test('R60: keeps the producer’s correlation id, even beside attributes that cannot be read', () => {
    const correlationId = '0b5ae8a1-2c1b-4f5e-9a39-0f4f6f3c9d11';
    expect(read({ correlationId }).origin.correlationId).toBe(correlationId);
    const provenance = read({ correlationId, line: 'secret' });
    expect(provenance.problem).toBe('message attributes: unreadable (line)');
    expect(provenance.origin.correlationId).toBe(correlationId);
  });

  test('is a problem if an attribute cannot be read; the problem has its name and not its value', () => {
    const provenance = read({ source: 'lab', line: 'secret', sequence: '-1' });
    const problem = 'message attributes: unreadable (line, sequence)';
    expect(provenance.problem).toBe(problem);
    expect(provenance.origin).toEqual({
      messageId: 'm-1',
      sentAt: 1_000,
      source: 'default',
      problem,
    });
  });

  test('cannot be read from an attribute that is not text; other attributes do not matter', () => {
    const arrival = { messageId: 'm-1', sentAt: 1_000, queue: 'first', attributes: {} } as const;
    expect(readProvenance({ ...arrival, notText: ['source', 'theirs'] }).problem).toBe(
      'message attributes: unreadable (source)',
    );
    expect(readProvenance({ ...arrival, notText: ['theirs'] }).problem).toBeUndefined();
  });

  test.each<[string, Record<string, string>]>([
    ['source', { source: 'x'.repeat(129) }],
    ['file', { file: 'x'.repeat(1_025) }],
    ['line', { line: 'zwölf' }],
    ['line', { line: '0' }],
    ['sequence', { sequence: '1e20' }],
    ['sequence', { sequence: '1.5' }],
  ])('R04: keeps the problem with %s on every hop: %j', (name, attributes) => {
    const provenance = read(attributes);
    expect(provenance.problem).toBe(`message attributes: unreadable (${name})`);
    const hop = writeEnvelope(envelopeFor(provenance, 'background'));
    const { problem, origin } = read({ [ENVELOPE_ATTRIBUTE]: hop });
    expect(problem).toBe(provenance.problem);
    expect(origin).toEqual(provenance.origin);
  });
});

describe('the origin after a hop', () => {
  const envelope: Envelope = {
    messageId: 'first',
    sentAt: 1,
    source: 'lab',
    line: 3,
    lane: 'critical',
    crash: 'timeout',
  };

  test('R05: comes from the envelope, whatever the queue says', () => {
    const provenance = read({ [ENVELOPE_ATTRIBUTE]: JSON.stringify(envelope), source: 'other' });
    expect(provenance.envelope).toEqual(envelope);
    expect(provenance.origin).toEqual({ messageId: 'first', sentAt: 1, source: 'lab', line: 3 });
  });

  test('ignores fields of a later version', () => {
    const later = JSON.stringify({ ...envelope, invented: true });
    expect(read({ [ENVELOPE_ATTRIBUTE]: later }).envelope).toEqual(envelope);
  });

  test('is passed to the next hop, with what this one adds', () => {
    const provenance = read({ [ENVELOPE_ATTRIBUTE]: JSON.stringify(envelope) });
    expect(envelopeFor(provenance, 'critical', { voided: ['r-1'] })).toEqual({
      ...envelope,
      voided: ['r-1'],
    });
    expect(envelopeFor(read({}), 'background')).toEqual({
      messageId: 'm-1',
      sentAt: 1_000,
      source: 'default',
      lane: 'background',
    });
  });

  test.each([
    ['not JSON', '{', 'envelope: unreadable (not as expected)'],
    ['a field of the wrong kind', '{"lane":"critical","messageId":"m","sentAt":"x"}', 'sentAt'],
    ['an unknown lane', '{"lane":"fast","messageId":"m","sentAt":1}', 'lane'],
  ])('is a problem if the envelope is malformed: %s', (_, encoded, expected) => {
    const { problem, envelope: none } = read({ [ENVELOPE_ATTRIBUTE]: encoded });
    expect(problem).toContain(expected);
    expect(none).toBeUndefined();
  });

  test('can be read from any attributes without a throw', () => {
    const names = fc.constantFrom(ENVELOPE_ATTRIBUTE, 'source', 'file', 'line', 'sequence');
    const value = fc.oneof(fc.string(), fc.json(), fc.constant(undefined));
    fc.assert(
      fc.property(fc.dictionary(names, value), (attributes) => {
        expect(read(attributes).origin.messageId.length).toBeGreaterThan(0);
      }),
    );
  });
});

describe('R08: the ids of a message that does not carry the resource itself', () => {
  const correlationId = '0a3b9e0c-1111-4222-8333-444444444444';
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  const attributes = { correlationId, traceparent };
  const queue = 'behind';
  const arrival = { messageId: 'm', sentAt: 1, queue, attributes, isElsewhere: true } as const;

  test('are undecided until it is loaded, over every hop', () => {
    const said = readProvenance({ ...arrival, text: '{"s3":{}}' });
    const undecided = { correlationId, trace: { traceparent } };
    expect(said.origin).toEqual({ messageId: 'm', sentAt: 1, source: 'default', undecided });
    const encoded = writeEnvelope(envelopeFor(said, 'critical'));
    const hop = { ...arrival, attributes: { [ENVELOPE_ATTRIBUTE]: encoded } };
    expect(readProvenance(hop).origin).toEqual(said.origin);
  });

  test('are none that its key contains', () => {
    const { origin } = readProvenance({
      ...arrival,
      attributes: { correlationId },
      text: `{"s3":{"key":"${correlationId}"}}`,
    });
    expect(origin).toEqual({ messageId: 'm', sentAt: 1, source: 'default' });
  });
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { deadFrom, deadLetterOf } from '../../core/attempt/dead-letter.ts';
import { ENVELOPE_ATTRIBUTE } from '../../core/message/messages.ts';
import { envelopeFor, readProvenance, writeEnvelope } from '../../core/message/origin.ts';
import { envelopes } from '../support/envelopes.ts';

const arrival = (encoded: string) => ({
  messageId: 'hop',
  sentAt: 9,
  queue: 'behind' as const,
  attributes: { [ENVELOPE_ATTRIBUTE]: encoded },
});
const QUEUE = 'arn:aws:sqs:us-east-1:0:fhir-failsafe-dev-background-dead-letter';
function letterOf(encoded: string, redrivenFrom?: string) {
  const { lane, queue } = deadFrom(QUEUE, redrivenFrom);
  return deadLetterOf(readProvenance({ ...arrival(encoded), queue }), lane);
}

test('R04: any written envelope can be read, and keeps its identity (property)', () => {
  fc.assert(
    fc.property(envelopes, (envelope) => {
      const encoded = writeEnvelope(envelope);
      const { envelope: read, ...provenance } = readProvenance(arrival(encoded));
      expect(provenance.unreadable).toBeUndefined();
      const { sender = '', problem = '', claims, voided = [], deadLetter, ...kept } = envelope;
      expect(read).toMatchObject(kept);
      expect(sender.startsWith(read?.sender ?? '')).toBe(true);
      expect(problem.startsWith(provenance.problem ?? '')).toBe(true);
      expect(claims?.source?.startsWith(read?.claims?.source ?? '') ?? true).toBe(true);
      expect(read?.voided ?? []).toEqual(voided.slice(-32));
      expect(deadLetter?.reason.startsWith(read?.deadLetter?.reason ?? '') ?? true).toBe(true);
      expect(read?.deadLetter?.reason.length ?? 0).toBeLessThanOrEqual(1024);
      // Each further hop carries the same.
      if (read === undefined) throw new Error('not read');
      expect(writeEnvelope(envelopeFor({ ...provenance, envelope: read }, read.lane))).toBe(
        encoded,
      );
    }),
  );
});

test('R04: an envelope that an older version wrote without limits is read as well (property)', () => {
  fc.assert(
    fc.property(envelopes, (envelope) => {
      const letter = letterOf(JSON.stringify(envelope));
      expect(letter.unreadable).toBeUndefined();
      expect(letter.origin.messageId).toBe(envelope.messageId);
    }),
  );
});

test('R04: an envelope holds only what SQS accepts (property)', () => {
  fc.assert(
    fc.property(envelopes, (envelope) => {
      expect(writeEnvelope(envelope)).toMatch(
        /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u,
      );
    }),
  );
});

test('a text is never cut within a character', () => {
  const reason = `${'x'.repeat(1_023)}😀`;
  const deadLetter = { kind: 'exit', reason, attempts: 1 } as const;
  const envelope = {
    messageId: 'm',
    sentAt: 1,
    source: 's',
    lane: 'critical',
    deadLetter,
  } as const;
  const { envelope: read } = readProvenance(arrival(writeEnvelope(envelope)));
  expect(read?.deadLetter?.reason).toBe('x'.repeat(1_023));
});

test.each(['{', '[]', '{"messageId":"m"}', '{"messageId":"","sentAt":1,"lane":"critical"}'])(
  'R09: an envelope that cannot be read gives no identity: %s',
  (encoded) => {
    expect(readProvenance(arrival(encoded))).toMatchObject({ unreadable: true });
    const letter = letterOf(encoded);
    expect(letter.unreadable).toMatch(/^envelope: unreadable/);
    // SQS moved it from the lane's own queue, where a producer could have made it up.
    const invented = letterOf(encoded, 'arn:aws:sqs:us-east-1:0:fhir-failsafe-dev-background');
    expect(invented).not.toHaveProperty('unreadable');
  },
);

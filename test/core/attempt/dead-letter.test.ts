import { expect, test } from 'vitest';
import { deadFrom, deadLetterOf } from '../../../core/attempt/dead-letter.ts';
import { ENVELOPE_ATTRIBUTE, type Envelope } from '../../../core/message/messages.ts';
import { readProvenance } from '../../../core/message/origin.ts';

function letterIn(deadLetterQueue: string, envelope?: Envelope, redrivenFrom?: string) {
  const arn = `arn:aws:sqs:us-east-1:000000000000:fhir-failsafe-dev-${deadLetterQueue}`;
  const { lane, queue } = deadFrom(arn, redrivenFrom);
  const attributes = envelope && { [ENVELOPE_ATTRIBUTE]: JSON.stringify(envelope) };
  const arrival = { messageId: 'm-1', sentAt: 1_000, queue, attributes: attributes ?? {} };
  return deadLetterOf(readProvenance(arrival), lane);
}
const origin = { messageId: 'first', sentAt: 1, source: 'lab' };

test('R07: our own dead letters say why in the envelope', () => {
  const deadLetter = { kind: 'timeout', reason: 'no verdict', attempts: 2 } as const;
  const letter = letterIn('background-dead-letter', { ...origin, lane: 'critical', deadLetter });
  const said = { crash: 'timeout', reason: 'no verdict', isBackstop: false };
  expect(letter).toEqual({ origin, lane: 'critical', ...said });
});

test('R07: a dead letter moved by SQS says so; the lane is in the name of the queue', () => {
  expect(letterIn('critical-dead-letter')).toEqual({
    origin: { messageId: 'm-1', sentAt: 1_000, source: 'default' },
    lane: 'critical',
    crash: 'exit',
    reason: expect.stringContaining('gave up'),
    isBackstop: true,
  });
});

test('R07: moved by SQS from the isolation queue, it keeps the crash that was seen', () => {
  const envelope: Envelope = { ...origin, lane: 'background', crash: 'out-of-memory' };
  expect(letterIn('background-dead-letter', envelope)).toMatchObject({
    origin,
    crash: 'out-of-memory',
  });
});

test('a queue with another name counts as background', () => {
  expect(letterIn('unknown').lane).toBe('background');
});

test.each([
  [undefined, 'm-9'],
  ['arn:aws:sqs:eu-west-1:1:fhir-failsafe-dev-critical-isolation', 'm-9'],
  ['arn:aws:sqs:eu-west-1:1:fhir-failsafe-dev-critical', 'm-1'],
])('R04: with an envelope that SQS moved from %s, the message is %s', (redrivenFrom, messageId) => {
  const envelope = { messageId: 'm-9', sentAt: 1, source: 'theirs', lane: 'background' } as const;
  const letter = letterIn('critical-dead-letter', envelope, redrivenFrom);
  expect(letter.origin.messageId).toBe(messageId);
  expect(letter.lane).toBe(messageId === 'm-9' ? 'background' : 'critical');
});

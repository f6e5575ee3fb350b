import { expect, test } from 'vitest';
import { deadLetterOf } from '../../../core/attempt/dead-letter.ts';
import { ENVELOPE_ATTRIBUTE, type Envelope } from '../../../core/message/messages.ts';

const arrival = (queue: string, envelope?: Envelope) => ({
  messageId: 'm-1',
  sentAt: 1_000,
  queueArn: `arn:aws:sqs:us-east-1:000000000000:fhir-failsafe-dev-${queue}`,
  attributes: envelope === undefined ? {} : { [ENVELOPE_ATTRIBUTE]: JSON.stringify(envelope) },
});
const origin = { messageId: 'first', sentAt: 1, source: 'lab' };

test('R07: our own dead letters say why in the envelope', () => {
  const deadLetter = { kind: 'timeout', reason: 'no verdict', attempts: 2 } as const;
  const letter = deadLetterOf(
    arrival('background-dead-letter', { ...origin, lane: 'critical', deadLetter }),
  );
  const said = { crash: 'timeout', reason: 'no verdict', isHop: true };
  expect(letter).toEqual({ origin, lane: 'critical', ...said });
});

test('R07: a dead letter moved by SQS says so; the lane is in the name of the queue', () => {
  expect(deadLetterOf(arrival('critical-dead-letter'))).toEqual({
    origin: { messageId: 'm-1', sentAt: 1_000, source: 'default' },
    lane: 'critical',
    crash: 'exit',
    reason: expect.stringContaining('gave up'),
    isHop: false,
  });
});

test('R51: only the envelope says where a hop stored its body', () => {
  const laid = { bucket: 'bodies', key: 'quarantine/first/hash' };
  const letter = arrival('background-dead-letter', { ...origin, lane: 'critical', laid });
  expect(deadLetterOf(letter).laid).toEqual(laid);
  const borneOut = deadLetterOf(letter, ({ origin: its }) => ({ origin: its }));
  expect(borneOut).toMatchObject({ laid: undefined, isHop: false });
});

test('R07: moved by SQS from the isolation queue, it keeps the crash that was seen', () => {
  const envelope: Envelope = { ...origin, lane: 'background', crash: 'out-of-memory' };
  expect(deadLetterOf(arrival('background-dead-letter', envelope))).toMatchObject({
    origin,
    crash: 'out-of-memory',
  });
});

test('a queue with another name counts as background', () => {
  expect(deadLetterOf(arrival('unknown')).lane).toBe('background');
});

test.each([
  [undefined, 'm-9'],
  ['arn:aws:sqs:eu-west-1:1:fhir-failsafe-dev-critical-isolation', 'm-9'],
  ['arn:aws:sqs:eu-west-1:1:fhir-failsafe-dev-critical', 'm-1'],
])('R04: with an envelope that SQS moved from %s, the message is %s', (redrivenFrom, messageId) => {
  const envelope = { messageId: 'm-9', sentAt: 1, source: 'theirs', lane: 'background' };
  const letter = deadLetterOf({
    messageId: 'm-1',
    sentAt: 2,
    queueArn: 'arn:aws:sqs:eu-west-1:1:fhir-failsafe-dev-critical-dead-letter',
    redrivenFrom,
    attributes: { 'failsafe-envelope': JSON.stringify(envelope), source: 'lab' },
  });
  expect(letter.origin.messageId).toBe(messageId);
  expect(letter.lane).toBe(messageId === 'm-9' ? 'background' : 'critical');
});

test('an envelope that its sender does not prove is not trusted', () => {
  const deadLetter = { kind: 'exit', reason: 'invented', attempts: 2 } as const;
  const { queueArn, ...rest } = arrival('critical-dead-letter', {
    ...origin,
    lane: 'background',
    deadLetter,
  });
  const asked: unknown[] = [];
  const letter = deadLetterOf({ ...rest, queueArn }, (said, queue, lane) => {
    asked.push(queue, lane, said.envelope?.deadLetter);
    return { origin: { messageId: 'm-1', sentAt: 1_000, source: 'unknown', sender: 'AROAX' } };
  });
  expect(asked).toEqual(['behind', 'critical', deadLetter]);
  expect(letter).toMatchObject({
    origin: { source: 'unknown', sender: 'AROAX' },
    lane: 'critical',
    reason: expect.stringContaining('gave up'),
    isHop: false,
  });
});

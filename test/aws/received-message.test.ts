import type { SQSRecord } from 'aws-lambda';
import { expect, test } from 'vitest';
import { readMessage } from '../../aws/received-message.ts';
import type { Senders } from '../../aws/sources.ts';
import { deadLetterOf } from '../../core/attempt/dead-letter.ts';
import { claimCheckTo } from '../../core/message/claim-check.ts';
import { ENVELOPE_ATTRIBUTE, type Envelope } from '../../core/message/messages.ts';
import { writeEnvelope } from '../../core/message/origin.ts';
import { sourceRulesSchema } from '../../core/source/sources.ts';

const OURS = 'AROAVALIDATE';
const rules = sourceRulesSchema.parse({
  messageGroups: 'accept',
  known: { 'hospital-a': { senders: ['AROAHOSPITAL'] } },
});
const senders: Senders = { rules, ownRoles: [OURS] };
const reader = { senders, bucket: { name: 'bodies' }, settings: { formerKeys: false } };
const behind = { lane: 'critical', queue: 'behind' } as const;
const first = { lane: 'critical', queue: 'first' } as const;

const laid = { bucket: 'bodies', key: 'quarantine/first/hash' };
const deadLetter = { kind: 'timeout', reason: 'no verdict', attempts: 2 } as const;
const envelope: Envelope = {
  ...{ messageId: 'first', sentAt: 1, source: 'hospital-a', lane: 'background' },
  ...{ laid, deadLetter },
};

function recordOf(body: string, from: string, attributes: Record<string, string>): SQSRecord {
  const texts = Object.entries(attributes).map(([name, stringValue]) => [
    name,
    { dataType: 'String', stringValue },
  ]);
  return {
    ...{ messageId: 'm-1', body, receiptHandle: 'r', md5OfBody: '', awsRegion: 'eu-west-1' },
    ...{ eventSource: 'aws:sqs', eventSourceARN: 'arn:aws:sqs:eu-west-1:1:queue' },
    attributes: {
      ...{ SenderId: `${from}:session`, SentTimestamp: '1000' },
      ...{ ApproximateReceiveCount: '1', ApproximateFirstReceiveTimestamp: '1000' },
    },
    messageAttributes: Object.fromEntries(texts),
  };
}
const enveloped = (from: string) =>
  recordOf('{}', from, { [ENVELOPE_ATTRIBUTE]: writeEnvelope(envelope) });

test('R51: only the envelope of one of our hops says where it stored the body', () => {
  const { provenance, carriage, refusal } = readMessage(reader, enveloped(OURS), behind);
  expect(refusal).toBeUndefined();
  expect(provenance.origin).toMatchObject({ messageId: 'first', source: 'hospital-a' });
  expect(carriage).toEqual({ kind: 'claim-check', s3: laid, isOurs: true });
});

test('an envelope that its sender does not prove is not trusted', () => {
  const { provenance, carriage, refusal } = readMessage(reader, enveloped('AROAHOSPITAL'), behind);
  expect(refusal).toBe('not-a-hop');
  expect(carriage).toEqual({ kind: 'inline' });
  expect(deadLetterOf(provenance, 'critical')).toMatchObject({
    origin: { messageId: 'm-1', source: 'unknown', sender: 'AROAHOSPITAL' },
    lane: 'critical',
    reason: expect.stringContaining('gave up'),
  });
});

test('R04: on the first queue an envelope is a producer’s invention', () => {
  const { provenance, carriage } = readMessage(reader, enveloped('AROAHOSPITAL'), first);
  expect(provenance).toMatchObject({ origin: { messageId: 'm-1', source: 'hospital-a' } });
  expect(provenance.envelope).toBeUndefined();
  expect(carriage).toEqual({ kind: 'inline' });
});

test.each([
  ['hospital-a/x', 'claim-check'],
  ['lab/x', 'refused'],
])('R51: its proven source, not its claim, decides what it may name: %s', (key, kind) => {
  const body = claimCheckTo({ bucket: 'bodies', key: `submissions/${key}` });
  const said = recordOf(body, 'AROAHOSPITAL', { source: 'lab' });
  const { carriage, refusal } = readMessage(reader, said, first);
  expect(carriage.kind).toBe(kind);
  expect(refusal).toBe('other-source');
});

test('R09: an attribute that is no text is a problem, and the message keeps its identity', () => {
  const record = recordOf('{}', 'AROAHOSPITAL', {});
  const messageAttributes = { line: { dataType: 'Binary', binaryValue: 'AA==' } };
  const { provenance } = readMessage(reader, { ...record, messageAttributes }, first);
  expect(provenance.problem).toBe('message attributes: unreadable (line)');
  expect(provenance.origin).toMatchObject({ messageId: 'm-1', sentAt: 1_000 });
});

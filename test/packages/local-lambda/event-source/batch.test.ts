import { describe, expect, test } from 'vitest';
import {
  cutBatch,
  eventOf,
  PAYLOAD_MAX_BYTES,
} from '../../../../packages/local-lambda/event-source/batch.ts';
import { toRecord } from '../../../../packages/local-lambda/event-source/record.ts';
import {
  keepPacked,
  keepPlain,
  toWaiting,
  type Waiting,
} from '../../../../packages/local-lambda/event-source/waiting.ts';

const ARN = 'arn:aws:sqs:us-east-1:000000000000:q';

const message = (id: string, body: string) => toRecord({ MessageId: id, Body: body }, ARN);

const record = (id: string, body: string): Waiting[] => toWaiting([message(id, body)]);

describe.each([
  ['plain', keepPlain],
  ['packed', keepPacked],
])('of %s records', (_, keep) => {
  // Lone surrogates, as a body may have them, are in JSON only as escapes.
  const messages = ['a', 'b', 'c', 'd'].map((id) => message(id, '{"ä":"\ud800"}'));

  test('a batch is cut at its size, and the rest stays', () => {
    const records = [toWaiting(messages.slice(0, 3), keep), toWaiting(messages.slice(3), keep)];
    const cut = cutBatch(records.flat(), 2);
    expect(JSON.parse(eventOf(cut.records))).toEqual({ Records: messages.slice(0, 2) });
    expect(JSON.parse(eventOf(cut.rest))).toEqual({ Records: messages.slice(2) });
  });

  test('what waits in another order is passed on in that order', () => {
    const [a, b, c] = toWaiting(messages, keep);
    const records = [c, a, b].filter((each) => each !== undefined);
    expect(JSON.parse(eventOf(records)).Records.map(messageIdOf)).toEqual(['c', 'a', 'b']);
  });
});

const messageIdOf = ({ messageId }: { messageId: string }) => messageId;

test('a batch is cut below 6 MB of payload, with quotes escaped', () => {
  // A body of quotes doubles in JSON.
  const records = Array.from({ length: 10 }, (_, index) =>
    record(`${index}`, '"'.repeat(1 << 20)),
  ).flat();
  const cut = cutBatch(records, 10);
  expect(cut.records).toHaveLength(2);
  expect(cut.rest).toHaveLength(8);
  expect(Buffer.byteLength(eventOf(cut.records))).toBeLessThan(PAYLOAD_MAX_BYTES);
});

test('a record above the limit goes alone', () => {
  const records = [...record('a', 'x'.repeat(100)), ...record('b', '{}')];
  const cut = cutBatch(records, 10, 50);
  expect(cut.records).toHaveLength(1);
  expect(cut.rest).toHaveLength(1);
});

test('a record has the shape of a Lambda event', () => {
  const message = {
    MessageId: 'm',
    ReceiptHandle: 'r',
    Body: 'b',
    MD5OfBody: '92eb5ffee6ae2fec3ad71c777531578f',
    MD5OfMessageAttributes: 'd',
    Attributes: { ApproximateReceiveCount: '2', SentTimestamp: '1', MessageGroupId: 'g' },
    MessageAttributes: {
      line: { DataType: 'Number', StringValue: '7' },
      raw: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2]) },
    },
  };
  expect(toRecord(message, 'arn:q')).toEqual({
    messageId: 'm',
    receiptHandle: 'r',
    body: 'b',
    attributes: {
      ApproximateReceiveCount: '2',
      SentTimestamp: '1',
      SenderId: '000000000000',
      ApproximateFirstReceiveTimestamp: '0',
      MessageGroupId: 'g',
    },
    messageAttributes: {
      line: { stringValue: '7', dataType: 'Number', stringListValues: [], binaryListValues: [] },
      raw: { binaryValue: 'AQI=', dataType: 'Binary', stringListValues: [], binaryListValues: [] },
    },
    md5OfBody: '92eb5ffee6ae2fec3ad71c777531578f',
    md5OfMessageAttributes: 'd',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:q',
    awsRegion: 'us-east-1',
  });
});

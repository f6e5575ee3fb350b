import { expect, test } from 'vitest';
import {
  cutBatch,
  PAYLOAD_MAX_BYTES,
} from '../../../../packages/local-lambda/event-source/batch.ts';
import {
  toRecord,
  toWaiting,
  type Waiting,
} from '../../../../packages/local-lambda/event-source/record.ts';

const ARN = 'arn:aws:sqs:us-east-1:000000000000:q';

function record(messageId: string, body: string): Waiting {
  return toWaiting(toRecord({ MessageId: messageId, Body: body }, ARN));
}

test('a batch is cut at its size, and the rest stays', () => {
  const records = ['a', 'b', 'c'].map((id) => record(id, '{"ä":1}'));
  const cut = cutBatch(records, 2);
  expect(cut.records).toEqual(records.slice(0, 2));
  expect(cut.rest).toEqual(records.slice(2));
  expect(JSON.parse(cut.payload)).toEqual({
    Records: ['a', 'b'].map((id) => toRecord({ MessageId: id, Body: '{"ä":1}' }, ARN)),
  });
});

test('a batch is cut below 6 MB of payload, with quotes escaped', () => {
  // A body of quotes doubles in JSON.
  const records = Array.from({ length: 10 }, (_, index) => record(`${index}`, '"'.repeat(1 << 20)));
  const cut = cutBatch(records, 10);
  expect(cut.records).toHaveLength(2);
  expect(cut.rest).toHaveLength(8);
  expect(Buffer.byteLength(cut.payload)).toBeLessThan(PAYLOAD_MAX_BYTES);
});

test('a record above the limit goes alone', () => {
  const records = [record('a', 'x'.repeat(100)), record('b', '{}')];
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

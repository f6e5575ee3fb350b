import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type QueueAttributeName,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { Scheduler } from '../../../simulation/scheduler.ts';
import { NO_QUEUE_FAULTS } from '../../../simulation/sqs/message.ts';
import { recordOf, Sqs } from '../../../simulation/sqs/sqs.ts';

const QueueUrl = 'https://sqs/000000000000/q';

function service(entryRefused = 0, inFlightMax = 0, countsStale = 0) {
  const scheduler = new Scheduler(1);
  const sqs = new Sqs({
    scheduler,
    random: scheduler.random,
    faults: () => ({ ...NO_QUEUE_FAULTS, entryRefused, inFlightMax, countsStale }),
    tell: () => undefined,
  });
  const queue = sqs.create({
    name: 'q',
    arn: 'arn:aws:sqs:us-east-1:000000000000:q',
    isFifo: false,
    visibilityMs: 30_000,
    retentionMs: 1e9,
    delayMs: 0,
  });
  return { scheduler, sqs, queue };
}

const Entries = Array.from({ length: 10 }, (_, Id) => ({ Id: String(Id), MessageBody: `m${Id}` }));

describe('simulated SQS', () => {
  test('refuses a request of more than a mebibyte, with names, types and values of attributes', () => {
    const { sqs, queue } = service();
    const MessageAttributes = { a: { DataType: 'String', StringValue: 'ä' } };
    const send = (bytes: number) => {
      const MessageBody = 'x'.repeat(bytes - 9);
      return sqs.perform(
        new SendMessageCommand({ QueueUrl, MessageBody, MessageAttributes }),
        'me',
      );
    };
    expect(() => send(1_048_576)).not.toThrow();
    expect(() => send(1_048_577)).toThrow('1048577 bytes are too many');
    const two = [0, 1].map((Id) => ({ Id: `${Id}`, MessageBody: 'x'.repeat(524_289) }));
    const batch = new SendMessageBatchCommand({ QueueUrl, Entries: two });
    expect(() => sqs.perform(batch, 'me')).toThrow('1048578 bytes');
    expect(queue.size).toBe(1);
  });

  test('refuses a message with characters that XML 1.0 has not, and the others of its batch not', () => {
    const { sqs, queue } = service();
    const alone = new SendMessageCommand({ QueueUrl, MessageBody: '\uffff' });
    expect(() => sqs.perform(alone, 'me')).toThrow('Invalid characters');
    const MessageAttributes = { a: { DataType: 'String', StringValue: '\u0001' } };
    const some = [
      { Id: '0', MessageBody: 'a\n' },
      { Id: '1', MessageBody: '\ufffe' },
      { Id: '2', MessageBody: 'b', MessageAttributes },
    ];
    const answer = sqs.perform(new SendMessageBatchCommand({ QueueUrl, Entries: some }), 'me');
    expect(answer).toMatchObject({
      Successful: [{ Id: '0' }],
      Failed: ['1', '2'].map((Id) => ({ Id, Code: 'InvalidMessageContents', SenderFault: true })),
    });
    expect(queue.size).toBe(1);
  });

  test('refuses to receive while as many are in flight as may be', () => {
    const { sqs, queue } = service(0, 1);
    sqs.perform(new SendMessageBatchCommand({ QueueUrl, Entries }), 'me');
    const receive = () => sqs.perform(new ReceiveMessageCommand({ QueueUrl }), 'me');
    expect(receive()).toMatchObject({ Messages: [{ Body: expect.any(String) }] });
    expect(receive).toThrow('too many messages are in flight');
    expect(queue.visible).toBe(9);
  });

  test('sends, receives, makes visible again and deletes', () => {
    const { sqs, queue } = service();
    const MessageAttributes = { source: { DataType: 'String', StringValue: 's' } };
    const send = new SendMessageCommand({
      QueueUrl,
      MessageBody: 'b',
      MessageAttributes,
      MessageGroupId: 'g',
    });
    const { MessageId } = sqs.perform(send, 'AROA1:role') as { MessageId: string };
    const { Messages } = sqs.perform(new ReceiveMessageCommand({ QueueUrl }), 'AROA2:x') as {
      Messages: { ReceiptHandle: string }[];
    };
    expect(Messages).toMatchObject([
      {
        MessageId,
        Body: 'b',
        Attributes: { SenderId: 'AROA1:role', ApproximateReceiveCount: '1', MessageGroupId: 'g' },
        MessageAttributes,
      },
    ]);
    const AttributeNames: QueueAttributeName[] = [
      'ApproximateNumberOfMessages',
      'ApproximateNumberOfMessagesNotVisible',
    ];
    expect(sqs.perform(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }), '')).toEqual({
      Attributes: { ApproximateNumberOfMessages: '0', ApproximateNumberOfMessagesNotVisible: '1' },
    });
    const ReceiptHandle = Messages[0]?.ReceiptHandle;
    const change = { QueueUrl, Entries: [{ Id: '0', ReceiptHandle, VisibilityTimeout: 90 }] };
    expect(sqs.perform(new ChangeMessageVisibilityBatchCommand(change), '')).toEqual({
      Successful: [{ Id: '0' }],
      Failed: [],
    });
    sqs.perform(
      new DeleteMessageBatchCommand({ QueueUrl, Entries: [{ Id: '0', ReceiptHandle }] }),
      '',
    );
    expect(queue.size).toBe(0);
    expect(sqs.perform(new ChangeMessageVisibilityBatchCommand(change), '')).toMatchObject({
      Failed: [{ Id: '0', Code: 'MessageNotInflight' }],
    });
    expect(sqs.perform(new ReceiveMessageCommand({ QueueUrl }), '')).toEqual({});
  });

  test('may accept a batch in part', () => {
    const { sqs, queue } = service(0.5);
    const answer = sqs.perform(new SendMessageBatchCommand({ QueueUrl, Entries }), '') as {
      Successful: unknown[];
      Failed: unknown[];
    };
    expect(answer.Failed.length).toBeGreaterThan(0);
    expect(answer.Successful.length).toBe(queue.size);
    expect(answer.Successful.length + answer.Failed.length).toBe(10);
  });

  test('passes a message to a function as Lambda does', () => {
    const { sqs, queue } = service();
    const MessageAttributes = { source: { DataType: 'String', StringValue: 's' } };
    sqs.perform(
      new SendMessageCommand({ QueueUrl, MessageBody: 'b', MessageAttributes }),
      'AROA1:role',
    );
    const [received] = queue.receive(1);
    expect(received && recordOf(received, queue.plan)).toMatchObject({
      body: 'b',
      eventSourceARN: queue.plan.arn,
      attributes: { ApproximateReceiveCount: '1', SenderId: 'AROA1:role' },
      messageAttributes: { source: { stringValue: 's', dataType: 'String' } },
    });
  });

  test('refuses a queue that does not exist', () => {
    const send = new SendMessageCommand({ QueueUrl: 'https://sqs/0/r', MessageBody: 'b' });
    expect(() => service().sqs.perform(send, '')).toThrow('no queue https://sqs/0/r');
  });

  test('may say for a minute how many messages there were', async () => {
    const { sqs, scheduler } = service(0, 0, 1);
    const waiting = () => {
      const AttributeNames: QueueAttributeName[] = ['ApproximateNumberOfMessages'];
      const ask = new GetQueueAttributesCommand({ QueueUrl, AttributeNames });
      return sqs.perform(ask, 'me');
    };
    expect(waiting()).toEqual({ Attributes: { ApproximateNumberOfMessages: '0' } });
    sqs.perform(new SendMessageBatchCommand({ QueueUrl, Entries }), 'me');
    expect(waiting()).toEqual({ Attributes: { ApproximateNumberOfMessages: '0' } });
    scheduler.after(60_000, () => undefined);
    await scheduler.run(() => false);
    expect(waiting()).toEqual({ Attributes: { ApproximateNumberOfMessages: '10' } });
  });
});

/** SQS for the SDK's commands. */
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  OverLimit,
  QueueDoesNotExist,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  SendMessageCommand,
  type SendMessageCommandInput,
} from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import { isLegible, mustBeLegible, mustFit } from './limits.ts';
import type { Message, QueuePlan, Received, Sent } from './message.ts';
import { Queue, type QueueSurroundings } from './queue.ts';

interface Counted {
  readonly size: number;
  readonly visible: number;
  readonly at: number;
}

const COUNTED_MS = 60_000;

export class Sqs {
  readonly #counts = new Map<string, Counted>();
  readonly #queues = new Map<string, Queue>();
  /** By each text that has named one. */
  readonly #named = new Map<string, Queue>();
  readonly #around: Omit<QueueSurroundings, 'redrive'>;

  constructor(around: Omit<QueueSurroundings, 'redrive'>) {
    this.#around = around;
  }

  create(plan: QueuePlan): Queue {
    const redrive = (to: string, message: Message) => this.queue(to).accept(message);
    const queue = new Queue(plan, { ...this.#around, redrive });
    this.#queues.set(plan.name, queue);
    return queue;
  }

  get queues(): Iterable<Queue> {
    return this.#queues.values();
  }

  /** By its name, or an ARN or URL that ends in it. */
  queue(named = ''): Queue {
    const known = this.#named.get(named);
    if (known !== undefined) return known;
    const queue = this.#queues.get(named.split(/[:/]/).at(-1) ?? '');
    if (queue === undefined) {
      throw new QueueDoesNotExist({ message: `no queue ${named}`, $metadata: {} });
    }
    this.#named.set(named, queue);
    return queue;
  }

  /** Performs a command of that sender. @throws the service's refusal */
  perform(command: object, senderId: string): object {
    if (command instanceof SendMessageCommand) {
      const { QueueUrl } = command.input;
      mustFit([command.input]);
      mustBeLegible(command.input);
      return { MessageId: this.queue(QueueUrl).send(sentIn(command.input, senderId)).id };
    }
    if (command instanceof SendMessageBatchCommand) {
      const { QueueUrl, Entries } = command.input;
      const queue = this.queue(QueueUrl);
      mustFit(Entries);
      const send = (entry: SendMessageBatchRequestEntry) =>
        isLegible(entry) ? { MessageId: queue.send(sentIn(entry, senderId)).id } : undefined;
      return this.#each(Entries, send, 'InvalidMessageContents');
    }
    if (command instanceof ReceiveMessageCommand) return this.#receive(command.input);
    if (command instanceof DeleteMessageCommand) {
      this.queue(command.input.QueueUrl).delete(command.input.ReceiptHandle ?? '');
      return {};
    }
    if (command instanceof DeleteMessageBatchCommand) {
      const queue = this.queue(command.input.QueueUrl);
      return this.#each(command.input.Entries, ({ ReceiptHandle = '' }) => {
        queue.delete(ReceiptHandle);
        return {};
      });
    }
    if (command instanceof ChangeMessageVisibilityBatchCommand) {
      const queue = this.queue(command.input.QueueUrl);
      return this.#each(command.input.Entries, ({ ReceiptHandle = '', VisibilityTimeout = 0 }) =>
        queue.changeVisibility(ReceiptHandle, VisibilityTimeout) ? {} : undefined,
      );
    }
    if (command instanceof GetQueueAttributesCommand) return this.#attributes(command.input);
    if (command instanceof GetQueueUrlCommand) {
      return { QueueUrl: queueUrlOf(this.queue(command.input.QueueName).plan.name) };
    }
    throw new Error(`${command.constructor.name} is not simulated`);
  }

  /** Each entry separately: some may be refused while the request succeeds. */
  #each<T extends { Id?: string | undefined }>(
    entries: readonly T[] | undefined = [],
    act: (entry: T) => object | undefined,
    refusal = 'MessageNotInflight',
  ): object {
    const { random } = this.#around;
    const Successful: object[] = [];
    const Failed: object[] = [];
    for (const entry of entries) {
      const isRefused = random.chance(this.#around.faults().entryRefused);
      const done = isRefused ? undefined : act(entry);
      const { Id } = entry;
      if (done !== undefined) Successful.push({ Id, ...done });
      else
        Failed.push({
          Id,
          Code: isRefused ? 'InternalError' : refusal,
          SenderFault: !isRefused,
        });
    }
    return { Successful, Failed };
  }

  #receive({
    QueueUrl,
    MaxNumberOfMessages = 1,
    VisibilityTimeout,
  }: ReceiveMessageCommand['input']) {
    const queue = this.queue(QueueUrl);
    const visibilityMs = VisibilityTimeout === undefined ? undefined : VisibilityTimeout * 1_000;
    if (queue.isFull && !queue.plan.isFifo) {
      throw new OverLimit({ message: 'too many messages are in flight', $metadata: {} });
    }
    const { random, faults } = this.#around;
    const isMissed = random.chance(faults().fewer);
    const all = isMissed ? [] : queue.receive(MaxNumberOfMessages, visibilityMs);
    if (all.length === 0) return {};
    return {
      Messages: all.map((received) => ({
        MessageId: received.message.id,
        ReceiptHandle: received.receiptHandle,
        Body: received.message.body,
        Attributes: systemAttributes(received),
        MessageAttributes: received.message.attributes,
      })),
    };
  }

  /** SQS learns within a minute how many there are. */
  #counted({ plan, size, visible }: Queue): Counted {
    const { scheduler, random, faults } = this.#around;
    const known = this.#counts.get(plan.name);
    const isKnown = known !== undefined && scheduler.now - known.at < COUNTED_MS;
    if (isKnown && random.chance(faults().countsStale)) return known;
    const counted = { size, visible, at: scheduler.now };
    this.#counts.set(plan.name, counted);
    return counted;
  }

  /** The numbers are approximate, as their names say. */
  #attributes({ QueueUrl, AttributeNames = [] }: GetQueueAttributesCommand['input']): object {
    const { plan } = this.queue(QueueUrl);
    const { size, visible } = this.#counted(this.queue(QueueUrl));
    const all = {
      QueueArn: plan.arn,
      VisibilityTimeout: String(plan.visibilityMs / 1_000),
      ApproximateNumberOfMessages: String(visible),
      ApproximateNumberOfMessagesNotVisible: String(size - visible),
      ApproximateNumberOfMessagesDelayed: '0',
    };
    const asked = Object.entries(all).filter(([name]) =>
      AttributeNames.some((wanted) => wanted === 'All' || wanted === name),
    );
    return { Attributes: Object.fromEntries(asked) };
  }
}

/** Where messages of a queue are sent. */
export const queueUrlOf = (name: string) => `https://sqs.simulated/000000000000/${name}`;

function sentIn(
  {
    MessageBody = '',
    MessageAttributes = {},
    MessageGroupId,
    MessageDeduplicationId,
    DelaySeconds,
  }: Partial<SendMessageCommandInput>,
  senderId: string,
): Sent {
  return {
    body: MessageBody,
    attributes: MessageAttributes,
    groupId: MessageGroupId,
    deduplicationId: MessageDeduplicationId,
    delaySeconds: DelaySeconds,
    senderId,
  };
}

function systemAttributes({ message, receiveCount }: Received) {
  return {
    ApproximateReceiveCount: String(receiveCount),
    SentTimestamp: String(message.sentAt),
    SenderId: message.senderId,
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
    ...(message.groupId !== undefined && { MessageGroupId: message.groupId }),
  };
}

/** The record that Lambda passes to a function. */
export function recordOf(received: Received, { arn }: QueuePlan): SQSRecord {
  const { message, receiptHandle } = received;
  return {
    messageId: message.id,
    receiptHandle,
    body: message.body,
    attributes: systemAttributes(received),
    messageAttributes: Object.fromEntries(
      Object.entries(message.attributes).map(
        ([name, { DataType = 'String', StringValue = '' }]) => [
          name,
          {
            dataType: DataType,
            stringValue: StringValue,
            stringListValues: [],
            binaryListValues: [],
          },
        ],
      ),
    ),
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: arn,
    awsRegion: 'us-east-1',
  };
}

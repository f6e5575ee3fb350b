/** The queues of a stage: what is sent to them, how many messages they hold and for how long. */
import {
  GetQueueAttributesCommand,
  type Message,
  type QueueAttributeName,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { AUDIT_CHAIN } from '../core/audit/audit-fact.ts';

const RECEIVES_UNCOUNTED = 3;
const TRIES_MAX = 30;

export class StageQueues {
  readonly #sqs: SQSClient;
  readonly #urlOf: (queue: string) => string;
  /** When the first message was sent to a queue without readers, epoch ms. */
  readonly #sentAt = new Map<string, number>();
  /** Queues whose message was received so often that AWS leaves it out of their age. */
  readonly #uncounted = new Set<string>();

  constructor(sqs: SQSClient, urlOf: (queue: string) => string) {
    this.#sqs = sqs;
    this.#urlOf = urlOf;
  }

  async send(
    queue: string,
    body: string,
    attributes: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    if (!this.#sentAt.has(queue)) this.#sentAt.set(queue, Date.now());
    const fifo = { MessageGroupId: AUDIT_CHAIN, MessageDeduplicationId: crypto.randomUUID() };
    const MessageAttributes = Object.fromEntries(
      Object.entries(attributes).map(([name, StringValue]) => [
        name,
        { DataType: 'String', StringValue },
      ]),
    );
    const message = { QueueUrl: this.#urlOf(queue), MessageBody: body, MessageAttributes };
    await this.#sqs.send(
      new SendMessageCommand({ ...message, ...(queue.endsWith('.fifo') && fifo) }),
    );
  }

  /** From now on it has no reader. */
  unread(queue: string): void {
    this.#sentAt.delete(queue);
    this.#uncounted.delete(queue);
  }

  /** Receives the message of a queue without readers more often than AWS counts. */
  async receiveAgain(queue: string): Promise<Message> {
    for (let tries = 0; tries < TRIES_MAX; tries += 1) {
      const { Messages: [message] = [] } = await this.#sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: this.#urlOf(queue),
          VisibilityTimeout: 0,
          WaitTimeSeconds: 1,
          MessageSystemAttributeNames: ['All'],
          MessageAttributeNames: ['All'],
        }),
      );
      if (message === undefined) continue;
      const receives = Number(message.Attributes?.ApproximateReceiveCount);
      if (receives <= RECEIVES_UNCOUNTED) continue;
      this.#uncounted.add(queue);
      return message;
    }
    throw new Error(`no message of ${queue} was received more than ${RECEIVES_UNCOUNTED} times`);
  }

  /** Messages that wait visibly. */
  async depthOf(queue: string): Promise<number> {
    const [visible = 0] = await this.#counts(queue, 'ApproximateNumberOfMessages');
    return visible;
  }

  /**
   * In seconds, since the first message after its readers stopped; 0 if none is left, or if it was received
   * three times: AWS does not count such a message.
   */
  async ageOf(queue: string): Promise<number> {
    const depths = await this.#counts(
      queue,
      'ApproximateNumberOfMessages',
      'ApproximateNumberOfMessagesNotVisible',
    );
    const since = this.#sentAt.get(queue);
    if (this.#uncounted.has(queue)) return 0;
    if (since === undefined || depths.every((depth) => depth === 0)) return 0;
    return (Date.now() - since) / 1_000;
  }

  async #counts(queue: string, ...names: QueueAttributeName[]): Promise<number[]> {
    const command = new GetQueueAttributesCommand({
      QueueUrl: this.#urlOf(queue),
      AttributeNames: names,
    });
    const { Attributes = {} } = await this.#sqs.send(command);
    return names.map((name) => Number(Attributes[name] ?? 0));
  }
}

/**
 * SNS. Each message to a topic goes to the subscribed queues some time later, and sometimes twice.
 */
import {
  type MessageAttributeValue,
  NotFoundException,
  PublishBatchCommand,
  type PublishBatchRequestEntry,
  PublishCommand,
} from '@aws-sdk/client-sns';
import type { Effect } from '../effects.ts';
import type { Random } from '../random.ts';
import type { Scheduler } from '../scheduler.ts';
import type { Queue } from '../sqs/queue.ts';

export interface SnsFaults {
  /** Usual delay of a message. */
  readonly delayMs: number;
  /** A subscriber gets the message twice. */
  readonly repeated: number;
  /** An entry of a batch is refused. */
  readonly entryRefused: number;
}

export const NO_SNS_FAULTS: SnsFaults = { delayMs: 20, repeated: 0, entryRefused: 0 };

export interface Subscription {
  readonly queue: Queue;
  /** Values of an attribute that the subscription accepts. */
  readonly filter: Readonly<Record<string, readonly FilterValue[]>> | undefined;
}

export type FilterValue = string | { readonly exists: boolean };

interface Published {
  readonly Message?: string | undefined;
  readonly MessageAttributes?: Record<string, MessageAttributeValue> | undefined;
}

export interface SnsSurroundings {
  readonly scheduler: Scheduler;
  readonly random: Random;
  faults(): SnsFaults;
  /** How long nothing reaches that queue. */
  stuckMs(queue: string): number;
  tell(effect: Effect): void;
}

/** The SenderId of the service. SQS does not show who published. */
const SENDER = 'AIDAIT2UOQQY3AUEKVGXU';

export class Sns {
  readonly #topics = new Map<string, Subscription[]>();
  readonly #around: SnsSurroundings;
  /** Asked for each message on its way to a queue: true if it is delivered later. */
  hold: (message: string, deliver: () => void) => boolean = () => false;

  constructor(around: SnsSurroundings) {
    this.#around = around;
  }

  create(arn: string): void {
    this.#topics.set(arn, []);
  }

  subscribe(arn: string, subscription: Subscription): void {
    this.#topic(arn).push(subscription);
  }

  /** Performs a command. @throws the service's refusal */
  perform(command: object): object {
    const { random } = this.#around;
    if (command instanceof PublishCommand) {
      this.#publish(command.input.TopicArn, command.input);
      return { MessageId: random.uuid() };
    }
    if (command instanceof PublishBatchCommand) {
      const { TopicArn, PublishBatchRequestEntries = [] } = command.input;
      const isRefused = PublishBatchRequestEntries.map(() =>
        random.chance(this.#around.faults().entryRefused),
      );
      const pick = (refused: boolean) =>
        PublishBatchRequestEntries.filter((_, place) => isRefused[place] === refused);
      for (const entry of pick(false)) this.#publish(TopicArn, entry);
      const idOf = ({ Id }: PublishBatchRequestEntry) => ({ Id });
      return {
        Successful: pick(false).map(idOf),
        Failed: pick(true).map((entry) => ({ ...idOf(entry), Code: 'InternalError' })),
      };
    }
    throw new Error(`${command.constructor.name} is not simulated`);
  }

  #publish(arn: string | undefined, published: Published): void {
    const { scheduler, random, tell } = this.#around;
    const { Message: message = '', MessageAttributes: attributes = {} } = published;
    tell({ kind: 'published', topic: arn ?? '', message, attributes });
    const { delayMs, repeated } = this.#around.faults();
    for (const subscription of this.#topic(arn)) {
      if (!isWanted(published, subscription)) continue;
      const copies = random.chance(repeated) ? 2 : 1;
      const stuckMs = this.#around.stuckMs(subscription.queue.plan.name);
      for (let copy = 0; copy < copies; copy += 1) {
        scheduler.after(stuckMs + random.duration(delayMs), () => {
          const arrive = () => deliver(published, subscription);
          if (!this.hold(message, arrive)) arrive();
        });
      }
    }
  }

  #topic(arn: string | undefined): Subscription[] {
    const topic = this.#topics.get(arn ?? '');
    if (topic === undefined) throw new NotFoundException({ message: `${arn}`, $metadata: {} });
    return topic;
  }
}

/** The message as it was published: our subscriptions use raw delivery. */
function deliver({ Message = '', MessageAttributes = {} }: Published, { queue }: Subscription) {
  const attributes = Object.fromEntries(
    Object.entries(MessageAttributes).map(([name, { DataType = 'String', StringValue = '' }]) => [
      name,
      { DataType, StringValue },
    ]),
  );
  queue.send({
    body: Message,
    attributes,
    groupId: undefined,
    deduplicationId: undefined,
    delaySeconds: undefined,
    senderId: SENDER,
  });
}

function isWanted({ MessageAttributes = {} }: Published, { filter = {} }: Subscription): boolean {
  return Object.entries(filter).every(([name, values]) => {
    const said = MessageAttributes[name]?.StringValue;
    return values.some((value) =>
      typeof value === 'string' ? value === said : value.exists === (said !== undefined),
    );
  });
}

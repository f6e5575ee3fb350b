import { PublishBatchCommand } from '@aws-sdk/client-sns';
import type { OutcomeEvent } from '../core/message/messages.ts';
import type { Topic } from './handles.ts';
import type { Machine } from './machine.ts';

/** A limit of SNS. */
const BATCH_MAX = 10;
/** How long an outcome waits for others to share its request. */
const GATHER_MS = 5;

/** SNS accepted the request, but not this outcome. */
class OutcomeRefused extends Error {
  override readonly name = 'OutcomeRefused';
  readonly code: string;

  constructor(code: string) {
    super(`the topic outcomes refused: ${code}`);
    this.code = code;
  }
}

interface Waiting {
  readonly outcome: OutcomeEvent;
  readonly sent: PromiseWithResolvers<void>;
}

/** Publishes outcomes, ten in a request: those that end at the same time travel together. */
export class OutcomesTopic {
  readonly #topic: Topic;
  readonly #later: Machine['later'];
  #waiting: Waiting[] = [];
  #callOff: (() => void) | undefined;

  constructor(topic: Topic, { later }: Pick<Machine, 'later'>) {
    this.#topic = topic;
    this.#later = later;
  }

  /** Resolves when the topic has the outcome. Otherwise rejects, which is a fault of our own. */
  publish(outcome: OutcomeEvent): Promise<void> {
    const promise = Promise.withResolvers<void>();
    this.#waiting.push({ outcome, sent: promise });
    if (this.#waiting.length === BATCH_MAX) this.#flush();
    else this.#callOff ??= this.#later(GATHER_MS, () => this.#flush());
    return promise.promise;
  }

  #flush(): void {
    this.#callOff?.();
    this.#callOff = undefined;
    const batch = this.#waiting;
    this.#waiting = [];
    publish(this.#topic, batch).catch((error: unknown) => {
      for (const { sent } of batch) sent.reject(error);
    });
  }
}

async function publish(topic: Topic, batch: readonly Waiting[]): Promise<void> {
  const answer = await topic.sns.send(
    new PublishBatchCommand({
      TopicArn: topic.arn,
      PublishBatchRequestEntries: batch.map(({ outcome }, position) => ({
        Id: String(position),
        Message: JSON.stringify(outcome),
        MessageAttributes: attributesOf(outcome),
      })),
    }),
  );
  const accepted = new Set((answer.Successful ?? []).map(({ Id }) => Id));
  const refused = new Map((answer.Failed ?? []).map(({ Id, Code }) => [Id, Code]));
  for (const [position, { sent }] of batch.entries()) {
    const id = String(position);
    if (accepted.has(id)) sent.resolve();
    else sent.reject(new OutcomeRefused(refused.get(id) ?? 'Unanswered'));
  }
}

/** Attributes that subscribers may filter by. */
function attributesOf({ verdict, lane, source }: OutcomeEvent) {
  return Object.fromEntries(
    Object.entries({ verdict, lane, source }).map(([name, StringValue]) => [
      name,
      { DataType: 'String', StringValue },
    ]),
  );
}

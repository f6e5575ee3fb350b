import { PublishBatchCommand } from '@aws-sdk/client-sns';
import type { OutcomeEvent } from '../core/message/messages.ts';
import type { Topic } from './handles.ts';
import type { Machine } from './machine.ts';
import { SharedRequests } from './shared-requests.ts';

/** SNS accepted the request, but not this outcome. */
class OutcomeRefused extends Error {
  override readonly name = 'OutcomeRefused';
  readonly code: string;

  constructor(code: string) {
    super(`the topic outcomes refused: ${code}`);
    this.code = code;
  }
}

/** Publishes outcomes: those that end at the same time share a request. */
export class OutcomesTopic {
  readonly #requests: SharedRequests<OutcomeEvent>;

  constructor(topic: Topic, machine: Pick<Machine, 'later'>) {
    this.#requests = new SharedRequests((outcomes) => publish(topic, outcomes), machine);
  }

  /** Resolves when the topic has the outcome. Otherwise rejects, which is a fault of our own. */
  publish(outcome: OutcomeEvent): Promise<void> {
    return this.#requests.send(outcome);
  }
}

/** Returns by position the error of each that was not accepted. */
async function publish(
  topic: Topic,
  outcomes: readonly OutcomeEvent[],
): Promise<(Error | undefined)[]> {
  const answer = await topic.sns.send(
    new PublishBatchCommand({
      TopicArn: topic.arn,
      PublishBatchRequestEntries: outcomes.map((outcome, position) => ({
        Id: String(position),
        Message: JSON.stringify(outcome),
        MessageAttributes: attributesOf(outcome),
      })),
    }),
  );
  const accepted = new Set((answer.Successful ?? []).map(({ Id }) => Id));
  const refused = new Map((answer.Failed ?? []).map(({ Id, Code }) => [Id, Code]));
  return outcomes.map((_, position) => {
    const id = String(position);
    return accepted.has(id) ? undefined : new OutcomeRefused(refused.get(id) ?? 'Unanswered');
  });
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

/** Queues of all contestants, without an adapter of ours in between. */
import {
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
} from '@aws-sdk/client-sqs';
import type { Queue } from '../../aws/handles.ts';

const BATCH = 10;
const HIDDEN_SECONDS = 300;

export async function urlOf(sqs: Queue['sqs'], QueueName: string): Promise<string> {
  const { QueueUrl = '' } = await sqs.send(new GetQueueUrlCommand({ QueueName }));
  return QueueUrl;
}

/** Sends all in order. Returns the id of each accepted one, by index. */
export async function send(
  { sqs, url: QueueUrl }: Queue,
  texts: readonly string[],
  groupId: string | undefined,
): Promise<(string | undefined)[]> {
  const ids: (string | undefined)[] = [];
  for (let start = 0; start < texts.length; start += BATCH) {
    const Entries = texts.slice(start, start + BATCH).map((MessageBody, n) => ({
      Id: String(n),
      MessageBody,
      MessageGroupId: groupId,
    }));
    const answer = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    const accepted = new Map(answer.Successful?.map(({ Id, MessageId }) => [Id, MessageId]));
    ids.push(...Entries.map(({ Id }) => accepted.get(Id)));
  }
  return ids;
}

/** Receives all messages of a queue to look at them. They stay hidden meanwhile. */
export async function idsIn(sqs: Queue['sqs'], QueueUrl: string): Promise<Set<string>> {
  const ids = new Set<string>();
  const all = { QueueUrl, MaxNumberOfMessages: BATCH, VisibilityTimeout: HIDDEN_SECONDS };
  for (;;) {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(all));
    if (Messages.length === 0) return ids;
    for (const { MessageId } of Messages) ids.add(MessageId ?? '');
  }
}

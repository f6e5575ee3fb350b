/** Delivers pages on this machine: the messages to the topics that notify people. */
import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import { z } from 'zod';
import type { Clients } from './clients.ts';
import type { Call } from './emulators/calls.ts';
import { type Message, receiveMessages, removeMessages } from './event-source/source-queue.ts';
import { subscribeQueue } from './provision/topics.ts';
import { arn } from './template/account.ts';
import { queueUrlOf } from './template/plan.ts';

/** `topic` is the topic's name without the stack's: `oncall` or `management`. */
export type Page = {
  topic: string;
  subject: string;
  body: string;
  attributes: Record<string, string>;
};

const PAGES_QUEUE = 'local-pages';
const TOPICS = ['oncall', 'management'];

const notificationSchema = z.object({
  TopicArn: z.string(),
  Subject: z.string().default(''),
  Message: z.string(),
  MessageAttributes: z.record(z.string(), z.object({ Value: z.string() })).default({}),
});

/**
 * Subscribes to those of the `topics` that notify people, and passes each page on until stopped.
 */
export async function startPages(
  { clients, call }: { clients: Clients; call: Call },
  endpoint: string,
  topics: { name: string }[],
  onPage: (page: Page) => void,
): Promise<{ stop(): Promise<void> }> {
  const { sqs, sns } = clients;
  await sqs.send(new CreateQueueCommand({ QueueName: PAGES_QUEUE }));
  for (const { name } of topics.filter((topic) => TOPICS.includes(shortName(topic.name)))) {
    await subscribeQueue(sns, arn('sns', name), arn('sqs', PAGES_QUEUE), {});
  }
  const queue = { call, url: queueUrlOf(PAGES_QUEUE, endpoint), arn: arn('sqs', PAGES_QUEUE) };
  const stopping = new AbortController();
  const draining = drain();

  async function drain(): Promise<void> {
    while (!stopping.signal.aborted) {
      const messages = await receiveMessages(queue, 10, 20, stopping.signal);
      for (const message of messages) onPage(toPage(message));
      await removeMessages(queue, messages);
    }
  }

  return {
    async stop() {
      stopping.abort();
      await draining;
    },
  };
}

function toPage(message: Message): Page {
  const notification = notificationSchema.parse(JSON.parse(message.Body ?? ''));
  return {
    topic: shortName(notification.TopicArn),
    subject: notification.Subject,
    body: notification.Message,
    attributes: Object.fromEntries(
      Object.entries(notification.MessageAttributes).map(([name, { Value }]) => [name, Value]),
    ),
  };
}

function shortName(topic: string): string {
  return topic.split('-').at(-1) ?? topic;
}

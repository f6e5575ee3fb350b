import { PublishCommand } from '@aws-sdk/client-sns';
import type { CrashEvent } from '../core/message/messages.ts';
import { sns } from './clients.ts';

/** Publishes a crash; its attributes let readers filter. Publishing it again does no harm. */
export async function publishCrash(topicArn: string, crash: CrashEvent): Promise<void> {
  const attributes = { component: crash.component, kind: crash.kind, lane: crash.lane };
  await sns.send(
    new PublishCommand({
      TopicArn: topicArn,
      Message: JSON.stringify(crash),
      MessageAttributes: Object.fromEntries(
        Object.entries(attributes).flatMap(([name, StringValue]) =>
          StringValue === undefined ? [] : [[name, { DataType: 'String', StringValue }]],
        ),
      ),
    }),
  );
}

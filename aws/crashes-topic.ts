import { PublishCommand } from '@aws-sdk/client-sns';
import type { CrashEvent } from '../core/message/messages.ts';
import type { Topic } from './handles.ts';

/** Publishes a crash; its attributes let readers filter. Publishing it again does no harm. */
export async function publishCrash(topic: Topic, crash: CrashEvent): Promise<void> {
  const { component, kind, lane, during } = crash;
  const attributes = { component, kind, lane, during };
  await topic.sns.send(
    new PublishCommand({
      TopicArn: topic.arn,
      Message: JSON.stringify(crash),
      MessageAttributes: Object.fromEntries(
        Object.entries(attributes).flatMap(([name, StringValue]) =>
          StringValue === undefined ? [] : [[name, { DataType: 'String', StringValue }]],
        ),
      ),
    }),
  );
}

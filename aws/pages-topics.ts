import { PublishCommand } from '@aws-sdk/client-sns';
import type { Topic } from './handles.ts';

export interface Page {
  /** Less than 100 characters of ASCII: what SNS takes as the subject of an e-mail. */
  readonly subject: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Sends a page or notice to a topic. */
export async function sendPage(topic: Topic, page: Page): Promise<void> {
  await topic.sns.send(
    new PublishCommand({
      TopicArn: topic.arn,
      Subject: page.subject,
      Message: JSON.stringify(page.body, null, 2),
      MessageAttributes: Object.fromEntries(
        Object.entries(page.attributes).map(([name, StringValue]) => [
          name,
          { DataType: 'String', StringValue },
        ]),
      ),
    }),
  );
}

import { PublishCommand } from '@aws-sdk/client-sns';
import { sns } from './clients.ts';

export interface Page {
  /** At most 100 characters of ASCII: what SNS takes as the subject of an e-mail. */
  readonly subject: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Sends a page or notice to a topic. */
export async function sendPage(topicArn: string, page: Page): Promise<void> {
  await sns.send(
    new PublishCommand({
      TopicArn: topicArn,
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

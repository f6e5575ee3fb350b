import { SendMessageCommand } from '@aws-sdk/client-sqs';
import type { Escalation } from '../../core/messages.ts';
import { sqs } from './clients.ts';

/** Opens an incident at once. Told again, by the same id, it is the same. */
export async function tellEscalation(queueUrl: string, escalation: Escalation): Promise<void> {
  await sqs.send(
    new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify({ escalation }) }),
  );
}

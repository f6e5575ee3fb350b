import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { type Escalation, MINUTE_WAKE } from '../core/message/messages.ts';
import { sqs } from './clients.ts';

/** Opens an incident at once. Told again, by the same id, it is the same. */
export async function tellEscalation(queueUrl: string, escalation: Escalation): Promise<void> {
  await sqs.send(
    new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify({ escalation }) }),
  );
}

/** Lets it look at its incidents now, as it does each minute. */
export async function wakeIncident(queueUrl: string): Promise<void> {
  await sqs.send(
    new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(MINUTE_WAKE) }),
  );
}

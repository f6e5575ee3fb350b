import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { type Escalation, MINUTE_WAKE } from '../core/message/messages.ts';
import type { Queue } from './handles.ts';

/** Opens an incident at once. Sending it again with the same id does no harm. */
export async function sendEscalation(queue: Queue, escalation: Escalation): Promise<void> {
  await queue.sqs.send(
    new SendMessageCommand({ QueueUrl: queue.url, MessageBody: JSON.stringify({ escalation }) }),
  );
}

/** Wakes `incident` to review its incidents now, as it does each minute. */
export async function wakeIncident(queue: Queue): Promise<void> {
  await queue.sqs.send(
    new SendMessageCommand({ QueueUrl: queue.url, MessageBody: JSON.stringify(MINUTE_WAKE) }),
  );
}

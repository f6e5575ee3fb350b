import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { MINUTE_WAKE } from '../core/message/messages.ts';
import type { Remediation } from '../core/supervision/supervisor-messages.ts';
import type { Queue } from './handles.ts';

/** Asks the supervisor to pause a lane for an incident; asked again, it is the same pause. */
export async function askForPause(
  queue: Queue,
  lane: Remediation['remediate']['lane'],
  incident: string,
): Promise<void> {
  const ask: Remediation = { remediate: { action: 'pause-lane', lane, incident } };
  await queue.sqs.send(
    new SendMessageCommand({ QueueUrl: queue.url, MessageBody: JSON.stringify(ask) }),
  );
}

/** Wakes it to review all lanes now, as it does each minute. */
export async function wakeSupervisor(queue: Queue): Promise<void> {
  await queue.sqs.send(
    new SendMessageCommand({ QueueUrl: queue.url, MessageBody: JSON.stringify(MINUTE_WAKE) }),
  );
}

/** How many messages a source sent in a minute, counted by the whole fleet; items expire. */
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { SentMinute } from '../core/source/source-rate.ts';
import type { Table } from './handles.ts';
import type { Machine } from './machine.ts';

/** No message is older in its first queue. */
const KEPT_SECONDS = 15 * 24 * 3600;
/** Somewhat longer than the client waits for an answer. */
const ANSWER_MS = 700;

/** It is unknown whether the messages were counted. */
export class CountUnsure extends Error {
  override readonly name = 'CountUnsure';
}

/**
 * Adds messages to their minute and returns its count so far, these included. It is sent once: to repeat a
 * write whose answer was lost would count its messages twice, and refuse as many others.
 * @throws CountUnsure, or what the SDK does not repeat
 */
export async function countSent(
  table: Table,
  { source, startsAt }: SentMinute,
  messages: number,
  later: Machine['later'],
): Promise<number> {
  const command = new UpdateCommand({
    TableName: table.name,
    Key: { pk: `${source}#${startsAt}` },
    UpdateExpression: 'SET expiresAt = :expiresAt ADD messages :messages',
    ExpressionAttributeValues: {
      ':messages': messages,
      ':expiresAt': startsAt / 1_000 + KEPT_SECONDS,
    },
    ReturnValues: 'UPDATED_NEW',
  });
  sendOnce(command);
  const { Attributes } = await answered(table.dynamo.send(command), later);
  return Number(Attributes?.['messages']);
}

/** Keeps the SDK from repeating what the table may have done. */
function sendOnce({ middlewareStack }: UpdateCommand): void {
  let sent = false;
  middlewareStack.add(
    (next) => (args) => {
      if (sent) throw new CountUnsure('the write failed once');
      sent = true;
      return next(args);
    },
    // Within the SDK's own retries. A document command adds its middleware twice.
    { step: 'finalizeRequest', priority: 'low', name: 'sendOnce', override: true },
  );
}

async function answered<T>(sent: Promise<T>, later: Machine['later']): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const callOff = later(ANSWER_MS, () => reject(new CountUnsure('no answer in time')));
  try {
    return await Promise.race([sent, late]);
  } finally {
    callOff();
  }
}

/**
 * What SQS and S3 take and the pinned fauxqs refuses. Each mend says how to see that a newer fauxqs
 * needs it no longer.
 */
import type { buildApp } from 'fauxqs';

type App = ReturnType<typeof buildApp>;

/** The characters that a message may hold, those above U+FFFF included; no half of a pair. */
const REFUSED = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/**
 * Lets messages hold emoji and whatever else is written as a pair of UTF-16 units.
 * No longer needed once `INVALID_MESSAGE_BODY_CHAR` of its sqs/sqsTypes has the flag `u`.
 * @param pattern that one, of which the emulator only calls `test`
 */
export function takeAllCharacters(pattern: RegExp): void {
  Object.defineProperty(pattern, 'test', { value: (text: string) => REFUSED.test(text) });
}

/**
 * Lets an object, or a part of one, be empty: without a body there is nothing to read, and its
 * handlers fail. No longer needed once its s3/actions/putObject takes a request without a body.
 */
export function takeEmptyObjects(app: App): void {
  app.addHook('preHandler', async (request) => {
    const { '*': key = '' } = request.params as Record<string, string | undefined>;
    if (request.method === 'PUT' && key !== '') request.body ??= Buffer.alloc(0);
  });
}

/** The actions of SQS that answer with addresses of queues. */
const ADDRESSING =
  /^(?:AmazonSQS\.)?(?:GetQueueUrl|ListQueues|CreateQueue|ListDeadLetterSourceQueues)$/;
const QUEUE_ORIGIN = /https?:\/\/[^/"<]+(?=\/\d{12}\/)/g;

/**
 * A queue's address leads where it was asked for. Clients that send to the address itself would else go past
 * the gateway. No longer needed once fauxqs takes the host of each request for it.
 */
export function addressQueuesByHost(app: App): void {
  app.addHook('onSend', async (request, _, payload) => {
    const { 'x-amz-target': target, host } = request.headers;
    const { Action } = (request.body ?? {}) as { readonly Action?: unknown };
    if (typeof payload !== 'string' || host === undefined) return payload;
    if (!ADDRESSING.test(String(target ?? Action))) return payload;
    return payload.replaceAll(QUEUE_ORIGIN, `http://${host}`);
  });
}

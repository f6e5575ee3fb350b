/**
 * Fixes for requests that SQS and S3 accept and the pinned fauxqs refuses. Each comment says when a
 * newer fauxqs no longer needs the fix.
 */
import type { buildApp } from 'fauxqs';

type App = ReturnType<typeof buildApp>;

/**
 * Matches characters that a message must not hold. Those above U+FFFF are allowed, but not half of
 * a pair.
 */
export const REFUSED_CHARACTERS = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/**
 * Lets messages hold emoji and other characters that are pairs of UTF-16 units. Remove it once
 * `INVALID_MESSAGE_BODY_CHAR` of its sqs/sqsTypes has the flag `u`.
 * @param pattern that constant. The emulator calls only its `test`
 */
export function takeAllCharacters(pattern: RegExp): void {
  Object.defineProperty(pattern, 'test', {
    value: (text: string) => REFUSED_CHARACTERS.test(text),
  });
}

/**
 * Lets an object, or a part of one, be empty: the emulator's handlers fail on a request without a
 * body. Remove it once its s3/actions/putObject accepts one.
 */
export function takeEmptyObjects(app: App): void {
  app.addHook('preHandler', async (request) => {
    const { '*': key = '' } = request.params as Record<string, string | undefined>;
    if (request.method === 'PUT' && key !== '') request.body ??= Buffer.alloc(0);
  });
}

/** SQS actions that return URLs of queues. */
const ADDRESSING =
  /^(?:AmazonSQS\.)?(?:GetQueueUrl|ListQueues|CreateQueue|ListDeadLetterSourceQueues)$/;
const QUEUE_ORIGIN = /https?:\/\/[^/"<]+(?=\/\d{12}\/)/g;

/**
 * Gives a queue's URL the host of the request. Otherwise clients that use the URL itself would
 * bypass the gateway. Remove it once fauxqs uses the host of each request.
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

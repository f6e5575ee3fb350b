import type { BuildAppOptions, buildApp } from 'fauxqs';

type App = ReturnType<typeof buildApp>;
type Queues = NonNullable<BuildAppOptions['stores']>['sqsStore'];

/**
 * Ends the long poll of a client that disconnected. Otherwise fauxqs would give it the next
 * message, which would be in flight with nobody until its visibility timeout, for example after a
 * mapping was disabled. All polls of that queue end empty, and live clients poll again. Remove it
 * once its sqs/actions/receiveMessage stops waiting when the connection closes.
 */
export function endPollsOfTheGone(app: App, queues: Queues): void {
  app.addHook('preHandler', async ({ body }, reply) => {
    const queueUrl = queueUrlOf(body);
    reply.raw.once('close', () => {
      if (!reply.raw.writableFinished && queueUrl) queues.getQueue(queueUrl)?.cancelWaiters();
    });
  });
}

function queueUrlOf(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('QueueUrl' in body)) return undefined;
  return String(body.QueueUrl);
}

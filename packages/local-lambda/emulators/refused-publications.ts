/**
 * Refuses what SNS refuses of a publication and the emulator takes. Otherwise a page whose subject has too many
 * characters, or a batch that is too large, would work here and fail on AWS.
 * https://docs.aws.amazon.com/sns/latest/api/API_Publish.html, API_PublishBatch.html
 */

/** The parameters of the query protocol: `PublishBatchRequestEntries.member.1.Message`. */
type Parameters = Readonly<Record<string, string>>;

export interface TopicRouter {
  register(action: string, handler: (given: Parameters, ...rest: unknown[]) => unknown): void;
}

/** The emulator's own class of errors; its router answers with them. */
export type SnsErrorClass = new (code: string, message: string) => Error;

/** Less than a hundred characters, none of them a control character or line break. */
const SUBJECT = /^[^\p{Cc}\p{Zl}\p{Zp}]{1,99}$/u;
const BATCH_BYTES_MAX = 256 * 1024;
const OF_ENTRY =
  /^PublishBatchRequestEntries\.(?:member|entry)\.\d+\.(?:Message|Subject|MessageAttributes\..+)$/;

/** Lets the routers of this class refuse them from now on. */
export function refusePublications(prototype: TopicRouter, SnsError: SnsErrorClass): void {
  const { register } = prototype;
  prototype.register = function registerRefusing(action, handler) {
    register.call(this, action, (given, ...rest) => {
      if (action === 'Publish') checkSubject(given['Subject'], SnsError);
      if (action === 'PublishBatch') checkBatch(given, SnsError);
      return handler(given, ...rest);
    });
  };
}

function checkSubject(subject: string | undefined, SnsError: SnsErrorClass): void {
  if (subject === undefined || SUBJECT.test(subject)) return;
  throw new SnsError('InvalidParameter', 'Invalid parameter: Subject');
}

function checkBatch(given: Parameters, SnsError: SnsErrorClass): void {
  const parts = Object.entries(given).filter(([name]) => OF_ENTRY.test(name));
  const bytes = parts.reduce((sum, [, value]) => sum + Buffer.byteLength(value), 0);
  if (bytes <= BATCH_BYTES_MAX) return;
  const message = `The length of all the messages put together is more than the limit of ${BATCH_BYTES_MAX} bytes.`;
  throw new SnsError('BatchRequestTooLong', message);
}

/**
 * The characters that SQS accepts: those of XML 1.0. Of a text with others its documents say that it is refused, and
 * older ones that they become U+FFFD, so that another text arrives.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
const REFUSED =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones it is about
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

export const isAcceptedBySqs = (text: string): boolean => !REFUSED.test(text);

/** Whether a text may be the body of a message, which must have at least one character. */
export const isMessageBody = (text: string): boolean => text !== '' && isAcceptedBySqs(text);

const ALL_REFUSED = new RegExp(REFUSED, 'g');

/** The text with each refused character written as in JSON, such as `\u0007`. */
export const textForSqs = (text: string): string =>
  text.replaceAll(
    ALL_REFUSED,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** A value as JSON that SQS accepts. JSON leaves two of these characters as they are. */
export const jsonForSqs = (value: unknown): string => textForSqs(JSON.stringify(value));

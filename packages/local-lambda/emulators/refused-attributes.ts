/**
 * Refuses the message attributes, groups, deduplication ids and delays that SQS refuses and the emulator takes.
 * Otherwise a producer that works here would fail on AWS.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
 */
import { REFUSED_CHARACTERS } from './fauxqs-fixes.ts';
import type { Router } from './sent-attributes.ts';

interface Attribute {
  readonly DataType?: string;
  readonly StringValue?: string;
  readonly BinaryValue?: string;
}

export interface Message {
  readonly MessageAttributes?: Readonly<Record<string, Attribute>>;
  readonly MessageGroupId?: string;
  readonly MessageDeduplicationId?: string;
  readonly DelaySeconds?: number;
}

interface Entry extends Message {
  readonly Id: string;
}

interface Failed {
  readonly Id: string;
  readonly SenderFault: true;
  readonly Code: string;
  readonly Message: string;
}

interface BatchAnswer {
  readonly Successful: readonly unknown[];
  readonly Failed: readonly Failed[];
}

/** The emulator's own class of errors; its router answers with them. */
export type SqsErrorClass = new (code: string, message: string) => Error;

const CODE = 'InvalidParameterValue';
const ATTRIBUTES_MAX = 10;
const NAME = /^(?!\.)(?!.*\.\.)[\w.-]{1,256}(?<!\.)$/;
const RESERVED = /^(?:aws|amazon)\./i;
const TYPE = /^(String|Number|Binary)(?:\..+)?$/;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const DELAY_SECONDS_MAX = 900;
/** A group or a deduplication id. */
const IDENTIFIER = /^[!-~]{1,128}$/;

/** Lets the routers of this class refuse them from now on. */
export function refuseAttributes(prototype: Router, SqsError: SqsErrorClass): void {
  const { register } = prototype;
  prototype.register = function registerRefusing(action, handler) {
    if (action === 'SendMessage') {
      register.call(this, action, (call, store, request) => {
        const problem = problemOf(call as Message);
        if (problem !== undefined) throw new SqsError(CODE, problem);
        return handler(call, store, request);
      });
    } else if (action === 'SendMessageBatch') {
      register.call(this, action, async (call, store, request) => {
        const entries = (call.Entries ?? []) as readonly Entry[];
        const failed = entries.flatMap(refusalOf);
        if (failed.length === 0) return handler(call, store, request);
        const Entries = entries.filter(({ Id }) => failed.every((each) => each.Id !== Id));
        if (Entries.length === 0) return { Successful: [], Failed: failed };
        const answer = (await handler({ ...call, Entries }, store, request)) as BatchAnswer;
        return { ...answer, Failed: [...answer.Failed, ...failed] };
      });
    } else {
      register.call(this, action, handler);
    }
  };
}

function refusalOf(entry: Entry): Failed[] {
  const problem = problemOf(entry);
  if (problem === undefined) return [];
  return [{ Id: entry.Id, SenderFault: true, Code: CODE, Message: problem }];
}

function problemOf(message: Message): string | undefined {
  const { MessageAttributes = {}, DelaySeconds = 0 } = message;
  if (DelaySeconds < 0 || DelaySeconds > DELAY_SECONDS_MAX) {
    return `Value ${DelaySeconds} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= ${DELAY_SECONDS_MAX}.`;
  }
  for (const name of ['MessageGroupId', 'MessageDeduplicationId'] as const) {
    const id = message[name];
    if (id === undefined || IDENTIFIER.test(id)) continue;
    return `Value for parameter ${name} is invalid. Reason: ${name} can only include alphanumeric and punctuation characters. 1 to 128 in length.`;
  }
  const attributes = Object.entries(MessageAttributes);
  if (attributes.length > ATTRIBUTES_MAX) {
    return `Number of message (user) attributes [${attributes.length}] exceeds the allowed maximum [${ATTRIBUTES_MAX}].`;
  }
  for (const [name, attribute] of attributes) {
    const problem = problemOfAttribute(name, attribute);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function problemOfAttribute(name: string, attribute: Attribute): string | undefined {
  if (!NAME.test(name) || RESERVED.test(name)) {
    return `The name of message (user) attribute '${name}' is invalid.`;
  }
  const type = TYPE.exec(attribute.DataType ?? '')?.[1];
  if (type === undefined) {
    return `The type of message (user) attribute '${name}' is invalid. You must use only the following supported type prefixes: Binary, Number, String.`;
  }
  const value = (type === 'Binary' ? attribute.BinaryValue : attribute.StringValue) ?? '';
  if (value === '') {
    return `Message (user) attribute '${name}' must contain a non-empty value of type '${type}'.`;
  }
  if (type === 'String' && REFUSED_CHARACTERS.test(value)) {
    return `Message (user) attribute '${name}' has characters that a message body must not have.`;
  }
  if (type === 'Number' && !NUMBER.test(value)) {
    return `Can't cast the value of message (user) attribute '${name}' to a number.`;
  }
  return undefined;
}

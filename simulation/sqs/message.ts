import type { MessageAttributeValue } from '@aws-sdk/client-sqs';

/** What a sender gives. */
export interface Sent {
  readonly body: string;
  readonly attributes: Readonly<Record<string, MessageAttributeValue>>;
  readonly groupId: string | undefined;
  readonly deduplicationId: string | undefined;
  /** Unique id of the sender's role, and its session. */
  readonly senderId: string;
  readonly delaySeconds: number | undefined;
}

/** A message in a queue. */
export interface Message extends Sent {
  readonly id: string;
  /** Epoch ms. A message keeps it when it moves to a dead-letter queue. */
  readonly sentAt: number;
  /** Its place in a FIFO queue. */
  readonly sequence: number;
  receives: number;
  firstReceivedAt: number | undefined;
  /** Grows with each receive: a handle of an older one is stale. */
  handle: number;
  /** Among the visible ones; -1 where it is in flight. */
  place: number;
  isGone: boolean;
}

/** One receive of a message. */
export interface Received {
  readonly message: Message;
  readonly receiptHandle: string;
  /** What the receive said, which may be wrong. */
  readonly receiveCount: number;
}

export interface QueuePlan {
  readonly name: string;
  readonly arn: string;
  readonly isFifo: boolean;
  readonly visibilityMs: number;
  readonly retentionMs: number;
  readonly delayMs: number;
  readonly redrive?: { readonly to: string; readonly receivesMax: number } | undefined;
}

export interface QueueFaults {
  /** A message is handed out once more although somebody has it. */
  readonly duplicate: number;
  /** A delete that was answered has no effect. */
  readonly deleteMissed: number;
  /** A receive says a count that is too low. */
  readonly countOff: number;
  /** An entry of a batch is refused. */
  readonly entryRefused: number;
}

export const NO_QUEUE_FAULTS: QueueFaults = {
  duplicate: 0,
  deleteMissed: 0,
  countOff: 0,
  entryRefused: 0,
};

/** How a message left its queue. */
export type Leaving = 'deleted' | 'expired' | 'redriven';

/** What handles look like; what cannot be read is nobody's. */
export const handleOf = ({ id, handle }: Message) => `${id}/${handle}`;

export function readHandle(text: string): { readonly id: string; readonly handle: number } {
  const [id = '', handle] = text.split('/');
  return { id, handle: Number(handle) };
}

import type { MessageAttributeValue } from '@aws-sdk/client-sqs';

/** The parts of a message that its sender chooses. */
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
  /** Its position in a FIFO queue. */
  readonly sequence: number;
  receives: number;
  firstReceivedAt: number | undefined;
  /** Increases with each receive: handles of earlier receives are stale. */
  handle: number;
  /** Index among the visible messages. -1 while it is in flight. */
  place: number;
}

/** One receive of a message. */
export interface Received {
  readonly message: Message;
  readonly receiptHandle: string;
  /** The count that the receive reported. It may be wrong. */
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
  /** A message is received once more although it is in flight. */
  readonly duplicate: number;
  /** A delete succeeds without an effect. */
  readonly deleteMissed: number;
  /** A receive reports a count that is too low. */
  readonly countOff: number;
  /** An entry of a batch is refused. */
  readonly entryRefused: number;
  /** How many messages of a queue may be in flight. 0 for any number. */
  readonly inFlightMax: number;
  /** A receive gets fewer than there are: it asks some of the servers that hold a queue. */
  readonly fewer: number;
  /** The numbers of messages are those of up to a minute ago. */
  readonly countsStale: number;
}

export const NO_QUEUE_FAULTS: QueueFaults = {
  duplicate: 0,
  deleteMissed: 0,
  countOff: 0,
  entryRefused: 0,
  inFlightMax: 0,
  fewer: 0,
  countsStale: 0,
};

/** How a message left its queue. */
export type Leaving = 'deleted' | 'expired' | 'redriven';

/** The form of receipt handles. A handle of another form belongs to no message. */
export const handleOf = ({ id, handle }: Message) => `${id}/${handle}`;

export function readHandle(text: string): { readonly id: string; readonly handle: number } {
  const [id = '', handle] = text.split('/');
  return { id, handle: Number(handle) };
}

/**
 * Keeps what the emulator forgets of a send: the sender and, on a standard queue, the
 * MessageGroupId.
 *
 * The sender is the signer. An access key that is a unique id of IAM (`AROA…:session`, `AIDA…`)
 * stands for that principal, and the runtime gives each function one of its role. Any other key is
 * the account's. A message from a topic comes from a service, whose id SQS shows as a user's.
 *
 * The data is kept in the deduplication id, because that is saved too: a standard queue does not
 * use the field, and on a FIFO queue the sender follows a space, which no deduplication id has.
 * Remove it once fauxqs returns SenderId by the access key, and MessageGroupId of standard queues.
 */
import assert from 'node:assert';
import { ACCOUNT } from '../template/account.ts';
import type { Grouped } from './fair-backlog.ts';

interface Sent extends Grouped {
  readonly body: string;
  messageGroupId?: string | undefined;
  messageDeduplicationId?: string | undefined;
}

interface Queue {
  isFifo(): boolean;
  enqueue(message: Sent): void;
  nextSequenceNumber(): string;
}

export interface Store {
  getQueue(url: string): Queue | undefined;
}

interface Entry {
  readonly MessageBody?: string;
  readonly MessageGroupId?: string;
}

interface Call extends Entry {
  readonly QueueUrl: string;
  readonly Entries?: readonly Entry[];
}

interface Received {
  readonly Messages?: readonly { readonly Attributes?: Record<string, string> }[];
}

type Request = { headers: { authorization?: string } };
type Handler = (call: Call, store: Store, request: Request) => unknown;

/** The part of the emulator's router that actions are registered with. */
export interface Router {
  readonly store: Store;
  register(action: string, handler: Handler): void;
}

/** The handlers of each store's router, by action. */
const registered = new WeakMap<Store, Map<string, Handler>>();

/** Makes the routers of this class keep these attributes from now on. */
export function keepSentAttributes(prototype: Router): void {
  const { register } = prototype;
  prototype.register = function registerKeeping(action, handler) {
    const kept = keeping[action]?.(handler) ?? handler;
    const handlers = registered.get(this.store) ?? new Map<string, Handler>();
    registered.set(this.store, handlers.set(action, kept));
    register.call(this, action, kept);
  };
}

/** The handler that the app on this store has for an action. */
export function handlerOf(store: Store, action: string): Handler {
  const handler = registered.get(store)?.get(action);
  assert(handler, `an app is built on the store, and knows ${action}`);
  return handler;
}

const keeping: Readonly<Record<string, (handler: Handler) => Handler>> = {
  SendMessage: (handler) => (call, store, request) =>
    handler(call, completing(store, [call], senderOf(request)), request),
  SendMessageBatch: (handler) => (call, store, request) =>
    handler(call, completing(store, call.Entries ?? [], senderOf(request)), request),
  ReceiveMessage: (handler) => async (call, store, request) => {
    const answer = (await handler(call, store, request)) as Received;
    const complete =
      store.getQueue(call.QueueUrl)?.isFifo() === true ? completeFifo : completeStandard;
    for (const { Attributes } of answer.Messages ?? []) complete(Attributes);
    return answer;
  },
};

/** A store whose queues complete each message from the entry that it came from. */
function completing(store: Store, entries: readonly Entry[], sender: string): Store {
  const waiting = [...entries];
  const complete = (message: Sent): Sent => {
    // Refused entries are missing, the others are in order.
    const found = waiting.findIndex(({ MessageBody }) => MessageBody === message.body);
    const [entry] = waiting.splice(0, found + 1).slice(-1);
    message.messageGroupId = entry?.MessageGroupId;
    message.messageDeduplicationId = sender;
    return message;
  };
  return {
    getQueue(url) {
      const queue = store.getQueue(url);
      if (queue === undefined) return queue;
      if (queue.isFifo()) return signing(queue, sender);
      const enqueue = (message: Sent) => queue.enqueue(complete(message));
      return Object.create(queue, { enqueue: { value: enqueue } });
    },
  };
}

/**
 * Duplicates are looked up before anything is enqueued, so the ids are compared as they were sent.
 */
function signing(queue: Queue, sender: string): Queue {
  const enqueue = (message: Sent) => {
    message.messageDeduplicationId += ` ${sender}`;
    queue.enqueue(message);
  };
  return Object.create(queue, {
    enqueue: { value: enqueue },
    // It counts up, so it must change the queue itself.
    nextSequenceNumber: { value: () => queue.nextSequenceNumber() },
  });
}

const SIGNED_BY = /Credential=(A(?:RO|ID)A[A-Z0-9]+(?::[^/]*)?)\//;

function senderOf({ headers }: Request): string {
  return SIGNED_BY.exec(headers.authorization ?? '')?.[1] ?? ACCOUNT.id;
}

/** Stands for SNS's own id, which AWS does not publish. */
const SERVICE = 'AIDASERVICEOFTHELOCAL';

type Attributes = Record<string, string> | undefined;

function completeStandard(attributes: Attributes): void {
  if (attributes === undefined) return;
  const { MessageDeduplicationId: sender = SERVICE } = attributes;
  delete attributes['MessageDeduplicationId'];
  if ('SenderId' in attributes) attributes['SenderId'] = sender;
}

function completeFifo(attributes: Attributes): void {
  const [id, sender] = attributes?.['MessageDeduplicationId']?.split(' ') ?? [];
  if (attributes === undefined || id === undefined) return;
  attributes['MessageDeduplicationId'] = id;
  if (sender !== undefined && 'SenderId' in attributes) attributes['SenderId'] = sender;
}

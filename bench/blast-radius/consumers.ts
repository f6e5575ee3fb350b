/** The four consumers, and the endings of their messages. */
import type { Queue, Table } from '../../aws/handles.ts';
import { pagesOf } from '../../aws/table-pages.ts';
import { queueDepths } from '../../demo/queues.ts';
import { idsIn, send, urlOf } from '../peers/queues.ts';
import { PEERS } from './assembly.ts';
import type { BenchMessage } from './messages.ts';

const STACK = 'fhir-failsafe-dev';

export interface Stores {
  readonly sqs: Queue['sqs'];
  readonly dynamodb: Table['dynamo'];
}

/** The messages of a consumer by ending. */
interface Ends {
  /** Message ids in its table of resources, an entry for each item. */
  readonly stored: readonly string[];
  readonly deadLettered: ReadonlySet<string>;
}

export interface Consumer {
  readonly name: string;
  readonly queue: string;
  /** Of its messages, for its queue's fairness; none unless given. */
  readonly groupId?: string;
  /** Drained when all of these are empty. */
  readonly busyQueues: readonly string[];
  readonly ends: (stores: Stores) => Promise<Ends>;
}

const named = (name: string) => `${STACK}-${name}`;

/** Lane `critical`: batches of ten without a window, as the peers'. */
const ours: Consumer = {
  name: 'fhir-failsafe',
  queue: named('critical'),
  groupId: 'default',
  busyQueues: ['critical', 'critical-isolation', 'critical-dead-letter'].map(named),
  async ends({ dynamodb }) {
    const entries = await scan(dynamodb, named('quarantine'), ['pk', 'status', 'kind']);
    const dead = entries.filter(({ status, kind }) => {
      return status === 'quarantined' && kind === 'dead-letter';
    });
    return {
      stored: (await scan(dynamodb, named('resources'), ['messageId'])).map(messageIdOf),
      deadLettered: new Set(dead.map(({ pk }) => String(pk))),
    };
  },
};

const peers = PEERS.map(
  (peer): Consumer => ({
    name: peer,
    queue: named(peer),
    busyQueues: [named(peer)],
    async ends({ sqs, dynamodb }) {
      return {
        stored: (await scan(dynamodb, named(`${peer}-resources`), ['messageId'])).map(messageIdOf),
        deadLettered: await idsIn(sqs, await urlOf(sqs, named(`${peer}-dead-letter`))),
      };
    },
  }),
);

export const CONSUMERS: readonly Consumer[] = [...peers, ours];

export interface Account {
  readonly stored: number;
  readonly culprits: number;
  /** Dead-lettered without a fault of their own. */
  readonly innocents: number;
  readonly lost: number;
  /** Stored twice, or stored and dead-lettered as well. */
  readonly twice: number;
}

/** @param sent what the queue accepted, by message id. */
export function accountOf(sent: ReadonlyMap<string, BenchMessage>, ends: Ends): Account {
  const stored = new Set(ends.stored);
  const count = (passes: (id: string, killer: boolean) => boolean) =>
    [...sent].filter(([id, { killer }]) => passes(id, killer)).length;
  return {
    stored: count((id) => stored.has(id)),
    culprits: count((id, killer) => killer && ends.deadLettered.has(id)),
    innocents: count((id, killer) => !killer && ends.deadLettered.has(id)),
    lost: count((id) => !stored.has(id) && !ends.deadLettered.has(id)),
    twice:
      ends.stored.length - stored.size + count((id) => stored.has(id) && ends.deadLettered.has(id)),
  };
}

/** Sends all in order. Returns the accepted ones by message id. */
export async function sendTo(
  { sqs }: Stores,
  { queue, groupId }: Consumer,
  messages: readonly BenchMessage[],
): Promise<Map<string, BenchMessage>> {
  const url = await urlOf(sqs, queue);
  const ids = await send(
    { sqs, url },
    messages.map(({ text }) => text),
    groupId,
  );
  const sent = new Map<string, BenchMessage>();
  for (const [position, message] of messages.entries()) {
    const id = ids[position];
    if (id !== undefined) sent.set(id, message);
  }
  return sent;
}

export async function isDrained({ sqs }: Stores, { busyQueues }: Consumer): Promise<boolean> {
  const urls = await Promise.all(busyQueues.map((queue) => urlOf(sqs, queue)));
  return (await queueDepths(sqs, urls)).every((depth) => depth === 0);
}

const messageIdOf = ({ messageId }: Record<string, unknown>) => String(messageId);

async function scan(dynamo: Table['dynamo'], name: string, attributes: readonly string[]) {
  const pages = await Array.fromAsync(pagesOf({ name, dynamo }, attributes));
  return pages.flatMap(({ items }) => items);
}

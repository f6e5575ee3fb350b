/**
 * Turns a message of the audit queue into what the log keeps of it.
 *
 * Everything that came is recorded (R40). What is not a fact, or too large for an entry, becomes an entry
 * that says so: when it came, why it could not be read, how large it was and a keyed hash by which it can
 * be recognised. So nothing that anybody sends stops the log.
 *
 * A fact that its sender may not publish becomes an entry `refused`, which names the sender. Its id is not
 * used up: the true fact is still written when it comes. A stranger who floods the queue gets one such
 * entry for each kind and minute, because entries are kept for years. Each message is in the writer's own
 * log.
 */

import type { RecordedFact } from './audit-chain.ts';
import { type AuditFact, auditFactSchema, WRITERS_OWN_KIND } from './audit-fact.ts';
import { mayPublish, type PublishedBy, type Publishers, publishedBy } from './publishers.ts';

/**
 * Far below the maximum of an item (400 KB). Ten of them are far below the size that an object
 * should have.
 */
export const FACT_BYTES_MAX = 64 * 1024;

const MINUTE_MS = 60_000;

export interface FactMessage {
  readonly messageId: string;
  readonly body: string;
  /** Epoch ms. */
  readonly sentAt: number;
  /** As SQS gives it, session included. */
  readonly senderId: string;
}

type Hash = (text: string) => string;

type Read =
  | { readonly kind: 'fact'; readonly fact: AuditFact }
  | { readonly kind: 'unreadable'; readonly why: string };

/** `hash` is keyed: without the key nobody can find the text of a hash. */
export function recordedFact(
  message: FactMessage,
  publishers: Publishers,
  hash: Hash,
): RecordedFact {
  const { senderId } = message;
  const sender = publishedBy(publishers, senderId);
  const read = readFact(message.body);
  if (read.kind === 'unreadable') {
    const isStranger = publishers.senderIds === 'verify' && sender.toldAs === undefined;
    if (isStranger) return refused(message, sender, 'unreadable', hash);
    return unreadable(message, sender, read.why, hash);
  }
  const { id, ...rest } = read.fact;
  const { kind } = rest;
  if (kind === WRITERS_OWN_KIND || !mayPublish(publishers, senderId, kind)) {
    return refused(message, sender, kind, hash);
  }
  return { ...rest, ...sender, fact: hash(id) };
}

/** Another deployment writes from now on: which one, and after which entry it began. */
export function configurationFact(
  deployed: { readonly configuration: string; readonly details: RecordedFact['details'] },
  after: number,
  now: number,
  hash: Hash,
): RecordedFact {
  const { configuration, details } = deployed;
  return {
    fact: hash(`${WRITERS_OWN_KIND}/${configuration}/after/${after}`),
    kind: WRITERS_OWN_KIND,
    at: now,
    component: 'audit',
    toldAs: 'audit',
    details: { ...details, configuration },
  };
}

function readFact(body: string): Read {
  if (Buffer.byteLength(body) > FACT_BYTES_MAX) return { kind: 'unreadable', why: 'too large' };
  const json = parseJson(body);
  if (json === undefined) return { kind: 'unreadable', why: 'not JSON' };
  const fact = auditFactSchema.safeParse(json);
  if (!fact.success) return { kind: 'unreadable', why: 'not a fact' };
  return { kind: 'fact', fact: fact.data };
}

function unreadable(
  { messageId, body, sentAt }: FactMessage,
  sender: PublishedBy,
  why: string,
  hash: Hash,
): RecordedFact {
  return {
    ...sender,
    fact: hash(`message/${messageId}`),
    kind: 'unreadable',
    at: sentAt,
    component: 'audit',
    details: { why, bytes: Buffer.byteLength(body), body: hash(body) },
  };
}

function refused(
  { body, sentAt }: FactMessage,
  sender: PublishedBy,
  claimed: string,
  hash: Hash,
): RecordedFact {
  const minute = Math.floor(sentAt / MINUTE_MS);
  return {
    ...sender,
    fact: hash(`refused/${sender.teller}/${claimed}/${minute}`),
    kind: 'refused',
    at: sentAt,
    component: 'audit',
    details: { claimed, bytes: Buffer.byteLength(body), body: hash(body) },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

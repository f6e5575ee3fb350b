/**
 * From a message of the audit queue to what the log keeps of it.
 *
 * Whatever came is recorded (R40). What is no fact, or too large for an entry, becomes an entry that
 * says so: when it came, why it could not be read, how large it was and a keyed hash of it, by which
 * it can be recognised should it turn up. So nothing that is sent, by whomever, stops the log.
 */

import type { RecordedFact } from './audit-chain.ts';
import { auditFactSchema } from './audit-fact.ts';

/** Far below what an item can hold (400 KB), and ten of them below what an object should. */
export const FACT_BYTES_MAX = 64 * 1024;

export interface FactMessage {
  readonly messageId: string;
  readonly body: string;
  /** Epoch ms. */
  readonly sentAt: number;
}

/** `hash` is keyed: without its key nobody can tell which text has which hash. */
export function recordedFact(message: FactMessage, hash: (text: string) => string): RecordedFact {
  const bytes = Buffer.byteLength(message.body);
  if (bytes > FACT_BYTES_MAX) return unreadable(message, bytes, 'too large', hash);
  const json = parseJson(message.body);
  if (json === undefined) return unreadable(message, bytes, 'not JSON', hash);
  const fact = auditFactSchema.safeParse(json);
  if (!fact.success) return unreadable(message, bytes, 'not a fact', hash);
  const { id, ...rest } = fact.data;
  return { ...rest, fact: hash(id) };
}

/** That another deployment writes from now on: what it is, and after which entry it began. */
export function configurationFact(
  deployed: { readonly configuration: string; readonly details: RecordedFact['details'] },
  after: number,
  now: number,
  hash: (text: string) => string,
): RecordedFact {
  const { configuration, details } = deployed;
  return {
    fact: hash(`configuration/${configuration}/after/${after}`),
    kind: 'configuration',
    at: now,
    component: 'audit',
    details: { ...details, configuration },
  };
}

function unreadable(
  { messageId, body, sentAt }: FactMessage,
  bytes: number,
  why: string,
  hash: (text: string) => string,
): RecordedFact {
  return {
    fact: hash(`message/${messageId}`),
    kind: 'unreadable',
    at: sentAt,
    component: 'audit',
    details: { why, bytes, body: hash(body) },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

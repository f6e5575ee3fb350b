/**
 * The common part of `reporting` and `analytics`: a batch of messages becomes, for each day in it, one
 * object in a bucket. Its name is a hash of its content, so a batch that comes again unchanged writes the
 * same object. A message that comes again in another batch is a fact twice, and readers count it once
 * (core/report/outcome-fact.ts).
 */
import { hash } from 'node:crypto';
import type { SQSRecord } from 'aws-lambda';
import { outcomeEventSchema } from '../core/message/messages.ts';
import { type OutcomeFact, outcomeFact } from '../core/report/outcome-fact.ts';
import { LAST_MOMENT } from '../core/report/utc-day.ts';
import { faultOf, type Log } from '../telemetry/log.ts';
import type { KeyedHash } from './keyed-hash.ts';

const NAME_HEX_DIGITS = 32;

/** Facts of one day, and the positions of their messages in the batch. */
interface DayOfFacts<F> {
  readonly positions: number[];
  readonly facts: F[];
}

/** The fact of a message. Throws if it is not an outcome, or of no day. */
export function factIn(body: unknown, { attributes }: SQSRecord, hash: KeyedHash): OutcomeFact {
  const event = outcomeEventSchema.parse(body);
  const fact = outcomeFact(event, hash(event.messageId), Number(attributes.SentTimestamp));
  if (fact.endedAt > LAST_MOMENT) throw new RangeError('it ended on no day');
  return fact;
}

/** Facts by their day; undefined ones are skipped. */
export function groupByDay<F>(
  facts: readonly (F | undefined)[],
  dayOfFact: (fact: F) => string,
): Map<string, DayOfFacts<F>> {
  const days = new Map<string, DayOfFacts<F>>();
  for (const [position, fact] of facts.entries()) {
    if (fact === undefined) continue;
    const day = dayOfFact(fact);
    const group = days.get(day) ?? { positions: [], facts: [] };
    group.positions.push(position);
    group.facts.push(fact);
    days.set(day, group);
  }
  return days;
}

/** Facts in a fixed order, whatever the order in which they came. */
export function inOrder<F extends object>(facts: readonly F[]): F[] {
  const lines = facts.map((fact) => ({ line: JSON.stringify(fact), fact }));
  return lines.sort((a, b) => (a.line < b.line ? -1 : 1)).map(({ fact }) => fact);
}

/** The name of an object with these facts, in this order. */
export function nameOf(facts: readonly object[]): string {
  const text = facts.map((fact) => JSON.stringify(fact)).join('');
  return hash('sha256', text).slice(0, NAME_HEX_DIGITS);
}

/** Parses a message; a message that is not ours fails until it reaches the dead-letter queue. */
export function readOrLeave<T>(
  record: SQSRecord,
  read: (body: unknown) => T,
  logger: Log,
): T | undefined {
  try {
    return read(JSON.parse(record.body));
  } catch (error) {
    logger.error('not an outcome', { messageId: record.messageId, ...faultOf(error) });
    return undefined;
  }
}

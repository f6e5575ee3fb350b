/** Rare states on the way of a message. */
import type { SQSEvent } from 'aws-lambda';
import { isLaneQueue, membersOf } from '../checks/members.ts';
import { orderOf, placeOf } from '../checks/resources-checker.ts';
import type { EffectOf } from '../effects.ts';
import { isLegible } from '../sqs/limits.ts';
import type { Message } from '../sqs/message.ts';
import { on } from './make-state.ts';

/** A message of a later round arrives while a dead letter of an earlier round waits. */
export const redriveBesideItsLetter = on(['arrived', 'left'], () => {
  const letters = new Map<string, number>();
  return (effect) => {
    if (effect.kind !== 'arrived' && effect.kind !== 'left') return false;
    const { kind, queue, message } = effect;
    if (!isLaneQueue(queue.name)) return false;
    const members = membersOf(message);
    if (!queue.name.endsWith('-dead-letter')) {
      return (
        kind === 'arrived' &&
        members.some(({ messageId, round }) => {
          const waiting = letters.get(messageId);
          return waiting !== undefined && round > waiting;
        })
      );
    }
    for (const { messageId, round } of members) {
      if (kind === 'arrived') letters.set(messageId, round);
      else letters.delete(messageId);
    }
    return false;
  };
});

/** A message is delivered again while its receiver still runs. */
export const receivedWhileItRuns = on(['invoked', 'ended'], () => {
  const running = new Map<string, Set<string>>();
  const runs = new Map<string, readonly string[]>();
  return (effect, by) => {
    if (effect.kind === 'invoked' && by !== undefined) {
      const ids = idsIn(effect.event);
      const isTwice = ids.some((id) => (running.get(id)?.size ?? 0) > 0);
      for (const id of ids) running.set(id, (running.get(id) ?? new Set()).add(by.name));
      runs.set(by.name, ids);
      return isTwice;
    }
    if (effect.kind !== 'ended' || by === undefined) return false;
    for (const id of runs.get(by.name) ?? []) {
      const hosts = running.get(id);
      hosts?.delete(by.name);
      if (hosts?.size === 0) running.delete(id);
    }
    runs.delete(by.name);
    return false;
  };
});

/** A message is received although its ending is recorded, because its delete had no effect. */
export const receivedAfterItsEnd = on(['published', 'received'], () => {
  const told = new Set<string>();
  return (effect) => {
    if (effect.kind === 'published' && effect.topic.endsWith('-outcomes')) {
      told.add((JSON.parse(effect.message) as { messageId: string }).messageId);
    }
    if (effect.kind !== 'received' || !isLaneQueue(effect.queue.name)) return false;
    return membersOf(effect.received.message).some(({ messageId }) => told.has(messageId));
  };
});

export const diesWithMessages = on(['invoked', 'died', 'ended'], () => {
  const busy = new Set<string>();
  return (effect, by) => {
    if (by === undefined || !by.name.includes('-validate-')) return false;
    if (effect.kind === 'invoked') busy.add(by.name);
    if (effect.kind === 'died') return busy.delete(by.name);
    if (effect.kind === 'ended' && effect.outcome.status === 'success') busy.delete(by.name);
    return false;
  };
});

/**
 * A batch runs in a thawed environment whose lease has ended: a frozen environment does not notice
 * time.
 */
export const thawAfterLease = on(['written', 'thawed'], () => {
  const leases = new Map<string, number>();
  return (effect, by) => {
    if (by === undefined) return false;
    if (effect.kind === 'written' && effect.table.endsWith('-inflight')) {
      const { pk, sk } = effect.after ?? {};
      if (String(pk).startsWith('mark#')) leases.set(by.name, Number(String(sk).split('#')[0]));
    }
    return effect.kind === 'thawed' && by.now() > (leases.get(by.name) ?? Number.POSITIVE_INFINITY);
  };
});

export const groupOfSuspects = on(
  ['arrived'],
  () => (effect) => isLaneQueue(effect.queue.name) && isGroup(effect.message),
);

const isGroup = (message: Message) => membersOf(message).length > 1;

export const attemptAfterDeath = on(['written'], () => (effect) => {
  if (!effect.table.endsWith('-quarantine')) return false;
  const attempts = (item: object | undefined) =>
    (item as { attempts?: { ended?: number }[] } | undefined)?.attempts ?? [];
  const [before, after] = [attempts(effect.before), attempts(effect.after)];
  return after.length > before.length && before.at(-1)?.ended === undefined && before.length > 0;
});

export const olderComesLater = on(['written', 'received'], ({ submissions }) => {
  const held = new Map<string, string>();
  return (effect) => {
    if (effect.kind === 'written' && effect.table.endsWith('-resources')) {
      held.set(String(effect.after?.['pk']), String(effect.after?.['submissionOrder']));
    }
    if (effect.kind !== 'received' || !isLaneQueue(effect.queue.name)) return false;
    return membersOf(effect.received.message).some(({ messageId }) => {
      const submission = submissions.get(messageId);
      return (
        submission !== undefined && (held.get(placeOf(submission)) ?? '') > orderOf(submission)
      );
    });
  };
});

/** What does not fit into a message with its envelope, or what SQS does not take, is sent on as a claim check. */
export const sentOnThroughBucket = on(['put'], () => isHop);

/** Of these, what has characters that SQS does not take. */
export const sentOnIllegible = on(
  ['put'],
  () => (effect) => isHop(effect) && !isLegible({ MessageBody: textOf(effect.version.bytes) }),
);

const isHop = ({ version: { key } }: EffectOf<'put'>): boolean => /^hops\/[^.]*$/.test(key);
const textOf = (bytes: Uint8Array = new Uint8Array()) => Buffer.from(bytes).toString();

function idsIn(event: unknown): readonly string[] {
  const { Records: records = [] } = event as Partial<SQSEvent>;
  return records.map(({ messageId }) => messageId);
}

export const storedPacked = on(
  ['written'],
  () => (effect) =>
    effect.table.endsWith('-resources') &&
    effect.after?.['body'] instanceof Uint8Array &&
    effect.before?.['body'] !== effect.after['body'],
);

/** The FHIR server gets it from the bucket. */
export const deliveredFromBucket = on(
  ['written'],
  () => (effect) =>
    effect.table.endsWith('-resources') &&
    effect.after?.['bodyS3'] !== undefined &&
    effect.after['deliveredAt'] !== effect.before?.['deliveredAt'],
);

/** A redrive keeps how the round ended, and cuts why. */
export const longReasonKept = on(['written'], () => (effect) => {
  if (!effect.table.endsWith('-quarantine')) return false;
  const rounds = (item: object | undefined) =>
    (item as { rounds?: readonly { readonly reason: string }[] } | undefined)?.rounds ?? [];
  const isNew = rounds(effect.after).length > rounds(effect.before).length;
  return isNew && rounds(effect.after).at(-1)?.reason.length === 256;
});

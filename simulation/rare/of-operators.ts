/** Rare states that operators make. */
import { isLaneQueue, membersOf } from '../checks/members.ts';
import type { Effect } from '../effects.ts';
import { type Host, isOperator } from '../host.ts';
import { on } from './make-state.ts';

/** What an operator sends back, as `<message id> <round>`. */
function sentBack(effect: Effect, by: Host | undefined): readonly string[] {
  if (effect.kind !== 'arrived' || !isOperator(by) || !isLaneQueue(effect.queue.name)) return [];
  return membersOf(effect.message).map(({ messageId, round }) => `${messageId} ${round}`);
}

/** Each has announced it, and each sends it. */
export const redrivenByTwo = on(['arrived'], () => {
  const senders = new Map<string, string>();
  return (effect, by) => {
    const sent = sentBack(effect, by);
    const isTwice = sent.some((one) => (senders.get(one) ?? by?.name) !== by?.name);
    for (const one of sent) senders.set(one, by?.name ?? '');
    return isTwice;
  };
});

/** A body is sent in place of the one that was submitted. */
export const corrected = on(['written'], () => (effect, by) => {
  const corrections = (item: object | undefined) =>
    (item as { corrections?: readonly object[] } | undefined)?.corrections?.length ?? 0;
  const isMore = corrections(effect.after) > corrections(effect.before);
  return isOperator(by) && effect.table.endsWith('-quarantine') && isMore;
});

/** The message is in the queue, and its entry is still quarantined. */
export const diesBeforeItRaisesTheRound = on(['arrived', 'written', 'died'], () => {
  const sending = new Map<string, string>();
  return (effect, by) => {
    for (const one of sentBack(effect, by)) sending.set(by?.name ?? '', one.split(' ')[0] ?? '');
    if (!isOperator(by)) return false;
    if (effect.kind === 'written' && sending.get(by.name) === effect.after?.['pk']) {
      sending.delete(by.name);
    }
    return effect.kind === 'died' && sending.delete(by.name);
  };
});

/** A copy of the round that an operator took back. */
export const olderRoundComes = on(['written', 'received'], () => {
  const rounds = new Map<string, number>();
  return (effect) => {
    if (effect.kind === 'written' && effect.table.endsWith('-quarantine')) {
      const { pk, round } = effect.after ?? {};
      if (round !== undefined) rounds.set(String(pk), Number(round));
    }
    if (effect.kind !== 'received' || !isLaneQueue(effect.queue.name)) return false;
    return membersOf(effect.received.message).some(
      ({ messageId, round }) => round < (rounds.get(messageId) ?? 0),
    );
  };
});

export const overruledInAProbe = on(
  ['written'],
  () => (effect, by) =>
    effect.table.endsWith('-breakers') && isOperator(by) && effect.before?.['probe'] !== undefined,
);

export const heldInAProbe = on(
  ['written'],
  () => (effect, by) =>
    effect.table.endsWith('-supervision') &&
    isOperator(by) &&
    effect.before?.['probe'] !== undefined,
);

/** Rare states of erasures of patients. */
import type { EffectOf } from '../effects.ts';
import { isOperator } from '../host.ts';
import { on } from './make-state.ts';

const isErasedNow = ({ before, after }: EffectOf<'written'>): boolean =>
  after?.['erasure'] !== undefined && before?.['erasure'] === undefined;

/** Its message was on its way, and a function refuses it. */
export const refusedAsErased = on(
  ['written'],
  () => (effect, by) =>
    effect.table.endsWith('-quarantine') && isErasedNow(effect) && !isOperator(by),
);

/** Its owner has read the body, and may still send it or quarantine it. */
export const erasedInDelivery = on(
  ['written'],
  () => (effect) =>
    effect.table.endsWith('-resources') &&
    isErasedNow(effect) &&
    effect.before?.['deliveryLease'] !== undefined,
);

/** Its resource was erased after an earlier delivery of the message had stored it. */
export const storedAndErasedComesAgain = on(['written', 'published'], () => {
  const erased = new Set<string>();
  return (effect) => {
    if (effect.kind === 'written') {
      const isRow = effect.table.endsWith('-resources') && isErasedNow(effect);
      if (isRow) erased.add(String(effect.after?.['messageId']));
      return false;
    }
    if (!effect.topic.endsWith('-outcomes')) return false;
    const { messageId, verdict } = JSON.parse(effect.message) as {
      readonly messageId: string;
      readonly verdict: string;
    };
    return verdict === 'stored' && erased.has(messageId);
  };
});

/** The operator who began it died, or his command failed. */
export const erasureGoesOn = on(['written'], () => {
  const begun = new Map<unknown, string>();
  return ({ table, after }, by) => {
    if (!table.endsWith('-erasures') || after?.['pk'] !== 'erasures' || by === undefined)
      return false;
    const { number, endedAt } = after;
    if (endedAt === undefined) begun.set(number, by.name);
    return endedAt !== undefined && (begun.get(number) ?? by.name) !== by.name;
  };
});

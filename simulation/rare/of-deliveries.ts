/** Rare states of deliveries to servers that check references. */
import type { Item } from '../dynamo/values.ts';
import { on } from './make-state.ts';

/** Its server has refused it, and it waits for what it refers to. */
const refusals = (item: Item | undefined): number => {
  const { refused } = (item?.['deliveryFailures'] ?? {}) as { refused?: { count: number } };
  return refused?.count ?? 0;
};
const isPending = (item: Item | undefined) => item?.['deliveryShard'] !== undefined;

export const deliveredAfterRefusals = on(
  ['written'],
  () =>
    ({ before, after }) =>
      refusals(before) > 0 && after?.['deliveredAt'] !== before?.['deliveredAt'],
);

/** What it refers to is not stored. */
export const refusedForWhatIsAbsent = on(
  ['written'],
  () =>
    ({ before, after }) =>
      refusals(before) > 5 && refusals(before) < IN_CIRCLE && isRefused(after),
);

/** What it refers to waits for it. */
export const refusedInCircle = on(
  ['written'],
  () =>
    ({ before, after }) =>
      refusals(before) >= IN_CIRCLE && isRefused(after),
);

/** They are given up by their twentieth refusal, which is not recorded. */
const IN_CIRCLE = 19;
const isRefused = (item: Item | undefined) =>
  !isPending(item) && item?.['deliveryRefused'] !== undefined;

import type { Item } from '../dynamo/values.ts';
import type { EffectOf } from '../effects.ts';

/** Whether somebody has just taken the lease of a delivery. */
export function isLeasedAnew({ before, after }: EffectOf<'written'>): boolean {
  const is = ownerIn(after);
  return is !== undefined && is !== ownerIn(before);
}

const ownerIn = (row: Item | undefined) =>
  (row?.['deliveryLease'] as { readonly owner: string } | undefined)?.owner;

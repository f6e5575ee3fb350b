/** What a write answers, as `ReturnValues` asks. */
import type { Change } from './table.ts';
import type { Item } from './values.ts';

type ReturnValues = 'NONE' | 'ALL_OLD' | 'ALL_NEW' | 'UPDATED_OLD' | 'UPDATED_NEW' | undefined;

export function answerOf({ before, after }: Change, wanted: ReturnValues): object {
  switch (wanted) {
    case 'ALL_OLD':
      return before === undefined ? {} : { Attributes: before };
    case 'ALL_NEW':
      return after === undefined ? {} : { Attributes: after };
    case 'UPDATED_NEW':
      return { Attributes: changedIn(after, before) };
    case 'UPDATED_OLD':
      return { Attributes: changedIn(before, after) };
    default:
      return {};
  }
}

/** The changed attributes. The attributes that an update named are not known here. */
function changedIn(one: Item = {}, other: Item = {}): Item {
  return Object.fromEntries(Object.entries(one).filter(([name, value]) => other[name] !== value));
}

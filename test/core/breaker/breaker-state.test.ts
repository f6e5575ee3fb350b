import { describe, expect, test } from 'vitest';
import { obey } from '../../../core/breaker/breaker-operator.ts';
import {
  type BreakerState,
  RECENT_MAX,
  UNKNOWN_SERVICE,
  UNPUBLISHED_MAX,
  unpublishedOf,
  within,
} from '../../../core/breaker/breaker-state.ts';
import { recovered, token } from './breaker-support.ts';

function changed(times: number, from: BreakerState = UNKNOWN_SERVICE): BreakerState {
  let state = from;
  for (let n = 0; n < times; n += 1) {
    state = obey(state, { kind: 'reset', by: 'a', reason: '', token: token() }, 2).next;
  }
  return state;
}

const generations = (transitions: BreakerState['recent']) =>
  transitions.map(({ generation }) => generation);
const upTo = (last: number, count: number) =>
  Array.from({ length: count }, (_, n) => last - count + 1 + n);

describe('R40: the transitions of an item', () => {
  test('are those that were made, in order, and none of them is known to be published', () => {
    const state = recovered(30_000);
    expect(state.recent.map(({ to, at }) => [to, at])).toEqual([
      ['open', 0],
      ['half-open', 30_000],
      ['closed', 30_000],
    ]);
    expect(unpublishedOf(state)).toEqual(state.recent);
    expect(unpublishedOf(UNKNOWN_SERVICE)).toEqual([]);
  });

  test('stay until they are known to be published, however many are kept otherwise', () => {
    const many = changed(RECENT_MAX + 12);
    expect(generations(unpublishedOf(many))).toEqual(upTo(RECENT_MAX + 12, RECENT_MAX + 12));
    const confirmed = { ...many, publishedTo: many.generation };
    expect(unpublishedOf(confirmed)).toEqual([]);
    const next = changed(1, confirmed);
    expect(generations(unpublishedOf(next))).toEqual([RECENT_MAX + 13]);
    expect(generations(next.recent)).toEqual(upTo(RECENT_MAX + 13, RECENT_MAX));
  });

  test('stay from the first unpublished one if some are published', () => {
    const some = { ...changed(20), publishedTo: 9 };
    expect(generations(changed(1, some).recent)).toEqual(upTo(21, 12));
  });

  test('are limited in number if nobody confirms them: the oldest are removed', () => {
    expect(generations(changed(UNPUBLISHED_MAX).recent)).toEqual(
      upTo(UNPUBLISHED_MAX, UNPUBLISHED_MAX),
    );
    expect(generations(changed(UNPUBLISHED_MAX + 2).recent)).toEqual(
      upTo(UNPUBLISHED_MAX + 2, UNPUBLISHED_MAX),
    );
  });

  test('stay confirmed through saves within a phase', () => {
    const confirmed = { ...changed(3), publishedTo: 3 };
    expect(unpublishedOf(within(confirmed, { reopenings: 1 }, token()).next)).toEqual([]);
  });
});

import { describe, expect, test } from 'vitest';
import { afterLoss, isStale, standing } from '../../../../console/page/model/connection.ts';

describe('the connection', () => {
  test('is lost since its first loss, however often it is retried', () => {
    const lost = afterLoss({ state: 'live' }, 'offline', 'gone', 1);
    expect(afterLoss(lost, 'offline', 'gone', 9)).toEqual({
      state: 'lost',
      since: 1,
      message: 'gone',
    });
  });

  test('does not retry after a wrong token', () => {
    expect(afterLoss({ state: 'live' }, 'token', 'no', 1).state).toBe('refused');
  });

  test('to a server that said goodbye is closed, not lost', () => {
    const ended = { state: 'ended', since: 1, message: 'Ctrl-C' } as const;
    expect(afterLoss(ended, 'offline', 'gone', 9)).toBe(ended);
  });

  test('makes a figure stale after five reads, but not within ten seconds', () => {
    expect([isStale(0, 10_000, 1_000), isStale(0, 10_001, 1_000)]).toEqual([false, true]);
    expect([isStale(0, 25_000, 5_000), isStale(0, 25_001, 5_000)]).toEqual([false, true]);
  });

  test('a figure has its last value even if the last try failed; or it is absent; or not read yet', () => {
    const trouble = { kind: 'failing', message: 'm', since: 0 } as const;
    expect(standing({ value: 0, readAt: 5 })).toEqual({ is: 'there', value: 0, readAt: 5 });
    expect(standing({ value: 0, readAt: 5, trouble })).toMatchObject({ is: 'there', trouble });
    expect(standing({ trouble })).toEqual({ is: 'absent', trouble });
    expect([standing({}), standing(undefined)]).toEqual([{ is: 'loading' }, { is: 'loading' }]);
  });
});

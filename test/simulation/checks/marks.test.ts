import { describe, expect, test } from 'vitest';
import { Marks } from '../../../simulation/checks/marks.ts';
import { written } from './history.ts';

const mark = (write: number, ...messageIds: string[]) => ({
  ...{ pk: 'mark#critical#0', sk: '000000000005000#e1', requestId: `r${write}`, write, messageIds },
});

describe('R03: the marks of environments', () => {
  test('are known by what was written last', () => {
    const marks = new Marks();
    marks.written(written('inflight', undefined, mark(1, 'm1')), 'e1');
    const latest = marks.written(written('inflight', mark(1, 'm1'), mark(2)), 'e1');
    expect(latest).toEqual({ requestId: 'r2', messageIds: [], leaseEndsAt: 5_000 });
    expect(marks.latestOf('e1')).toEqual(latest);
    expect(
      marks.written(written('inflight', undefined, { pk: 'suspect#m1' }), 'e1'),
    ).toBeUndefined();
  });

  test('are not replaced by an older write', () => {
    const late = written('inflight', mark(2), mark(1, 'm1'));
    expect(() => new Marks().written(late, 'e1')).toThrow('R03: an older write of its mark');
  });

  test('do not come back after they were removed', () => {
    const marks = new Marks();
    marks.written(written('inflight', undefined, mark(1, 'm1')), 'e1');
    marks.written(written('inflight', mark(1, 'm1'), undefined), 'e1');
    const late = written('inflight', undefined, mark(1, 'm1'));
    expect(() => marks.written(late, 'e1')).toThrow('R03: e1 removed a mark that is there again');
    const empty = written('inflight', undefined, mark(2));
    expect(() => marks.written(empty, 'e1')).not.toThrow();
  });
});

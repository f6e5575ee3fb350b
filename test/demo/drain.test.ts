import { describe, expect, it } from 'vitest';
import type { Account } from '../../demo/accounting.ts';
import { drain } from '../../demo/drain.ts';

const counted = (pending: string[]): Account => ({
  submitted: 1,
  stored: 1 - pending.length,
  rejected: 0,
  deadLettered: 0,
  pending,
  duplicates: 0,
});

/** A pipeline that plays `depthsAt` and `accountAt` on a clock of its own. */
function play(
  depthsAt: (ms: number) => number[],
  accountAt: (ms: number) => Account,
  quiet: (depths: readonly number[], ms: number) => void = () => {},
) {
  let ms = 0;
  return drain({
    depths: async () => depthsAt(ms),
    account: async () => accountAt(ms),
    now: () => ms,
    wait: async (each) => {
      ms += each;
    },
    quiet: (depths) => quiet(depths, ms),
  }).then((drained) => ({ ...drained, ms }));
}

describe('waiting for a run to end', () => {
  it('ends when the queues are empty and every message is found', async () => {
    const result = await play(
      (ms) => [ms < 3_000 ? 5 : 0],
      () => counted([]),
    );
    expect(result).toMatchObject({ kind: 'drained', account: { stored: 1 } });
    expect(result.ms).toBeGreaterThanOrEqual(3_000);
    expect(result.ms).toBeLessThan(4_000);
  });

  it('continues when queues only look empty for a moment', async () => {
    const flicker = (ms: number) => [ms === 500 || ms > 2_000 ? 0 : 1];
    expect((await play(flicker, () => counted([]))).ms).toBeGreaterThan(2_000);
  });

  it('gives the tables time, then reports what is lost', async () => {
    const late = await play(
      () => [0],
      (ms) => counted(ms < 2_000 ? ['a'] : []),
    );
    expect(late.account.pending).toEqual([]);
    const lost = await play(
      () => [0],
      () => counted(['a']),
    );
    expect(lost).toMatchObject({ kind: 'drained', account: { pending: ['a'] } });
    expect(lost.ms).toBeLessThan(6_000);
  });

  it('waits as long as anything moves, and gives up when nothing does', async () => {
    const moving = await play(
      (ms) => [ms < 1e6 ? 1e6 - Math.floor(ms / 1e5) : 0],
      () => counted([]),
    );
    expect(moving.kind).toBe('drained');
    const still = await play(
      () => [2, 1],
      () => counted(['a']),
    );
    expect(still).toMatchObject({ kind: 'stalled', waiting: 3, account: { pending: ['a'] } });
    expect(still.ms).toBeLessThan(320_000);
  });

  it('says what it waits for once nothing has moved for a while, and repeats it', async () => {
    const said: number[] = [];
    const moved = (ms: number) => [ms < 20_000 ? Math.ceil(50 - ms / 1_000) : ms < 60_000 ? 1 : 0];
    await play(
      moved,
      () => counted([]),
      (depths, ms) => {
        expect(depths).toEqual([1]);
        said.push(Math.round(ms / 1_000));
      },
    );
    expect(said).toEqual([25, 30, 35, 40, 45, 50, 55]);
  });

  it('asks the queues rarely while they are full', async () => {
    let asked = 0;
    await play(
      (ms) => {
        asked += 1;
        return [ms < 60_000 ? 5_000 - ms / 1_000 : 0];
      },
      () => counted([]),
    );
    expect(asked).toBeLessThan(20);
  });

  it('ignores the wakes of each minute', async () => {
    const woken = await play(
      (ms) => [2, ms % 60_000 < 1_000 ? 1 : 0],
      () => counted(['a']),
    );
    expect(woken).toMatchObject({ kind: 'stalled', account: { pending: ['a'] } });
  });
});

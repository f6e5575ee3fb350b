import { expect, test, vi } from 'vitest';
import type { FlowNews } from '../../../console/contract/flow.ts';
import { FigureReader } from '../../../console/reader/figure-reader.ts';
import { Reader, type Reading } from '../../../console/reader/reader.ts';
import type { Send } from '../../../console/server/event-stream.ts';

/** A clock that stands still until it is moved, and then runs what was due. */
function clock() {
  let at = 1_000;
  const waiting = new Map<object, { readonly at: number; readonly run: () => void }>();
  return {
    now: () => at,
    later(ms: number, run: () => void) {
      const key = {};
      waiting.set(key, { at: at + ms, run });
      return () => waiting.delete(key);
    },
    async pass(ms: number) {
      at += ms;
      for (const [key, { at: due, run }] of waiting) {
        if (due > at || !waiting.delete(key)) continue;
        run();
      }
      await settled();
    },
    waiting: () => waiting.size,
  };
}

const settled = async () => {
  for (let turns = 0; turns < 20; turns += 1) await Promise.resolve();
};

function reading(read = vi.fn(async () => 'fresh')) {
  const time = clock();
  const other = () => new FigureReader(2_000, async () => [], time.now) as never;
  const news: FlowNews = { now: 0, stepMs: 1, keptMs: 1, figure: {} };
  const flow = { all: () => news, refresh: vi.fn(async () => news) };
  const figures = {
    ...{ queues: new FigureReader(2_000, read, time.now) as never, environments: other() },
    ...{ lanes: other(), tree: other(), breakers: other(), incidents: other(), audit: other() },
  };
  const hello = { stage: 'dev', place: 'here', operate: false, by: 'ana', local: false };
  const options: Reading = {
    hello: { ...hello, everyMs: 2_000, cliOptions: '' },
    ...{ figures, flow, runs: () => [], machine: time },
  };
  return { time, flow, read, reader: new Reader(options) };
}

function page() {
  const events: [string, unknown][] = [];
  const send: Send = (event, data) => void events.push([event, data]);
  const snapshots = () => events.filter(([name]) => name === 'snapshot').map(([, data]) => data);
  return { events, send, snapshots };
}

test('ten pages cost as much as one, and each gets all known figures when it connects', async () => {
  const { time, read, reader } = reading();
  const first = page();
  reader.look(first.send);
  expect(first.events.map(([name]) => name)).toEqual(['hello', 'flow', 'runs', 'snapshot']);
  await settled();
  expect(first.snapshots().at(-1)).toMatchObject({ queues: { value: 'fresh', readAt: 1_000 } });
  const others = Array.from({ length: 9 }, page);
  for (const { send } of others) reader.look(send);
  for (const { snapshots } of others)
    expect(snapshots()).toMatchObject([{ queues: { value: 'fresh' } }]);
  for (let turns = 0; turns < 5; turns += 1) await time.pass(2_000);
  expect(read).toHaveBeenCalledTimes(6);
  expect(others[0]?.snapshots()).toHaveLength(6);
});

test('reads nothing while nobody looks, and continues when somebody does', async () => {
  const { time, read, reader } = reading();
  expect(read).not.toHaveBeenCalled();
  const ends = [reader.look(page().send), reader.look(page().send)];
  await settled();
  ends[0]?.();
  ends[0]?.();
  await time.pass(2_000);
  expect(read).toHaveBeenCalledTimes(2);
  ends[1]?.();
  expect(time.waiting()).toBe(0);
  await time.pass(60_000);
  expect(read).toHaveBeenCalledTimes(2);
  const later = page();
  reader.look(later.send);
  // Each value has its true age.
  expect(later.snapshots()).toMatchObject([{ now: 63_000, queues: { readAt: 3_000 } }]);
  await settled();
  expect(read).toHaveBeenCalledTimes(3);
});

test('a figure that hangs delays no other, and is not requested twice', async () => {
  const hanging = vi.fn(() => new Promise<string>(() => {}));
  const { time, reader } = reading(hanging);
  const one = page();
  reader.look(one.send);
  await time.pass(2_000);
  await time.pass(2_000);
  expect(hanging).toHaveBeenCalledTimes(1);
  expect(one.snapshots().at(-1)).toMatchObject({ queues: {}, lanes: { value: [], readAt: 5_000 } });
});

test('reads everything again at once after an act', async () => {
  const { read, reader } = reading();
  const one = page();
  reader.look(one.send);
  await settled();
  reader.expire();
  await settled();
  expect(read).toHaveBeenCalledTimes(2);
  expect(one.snapshots()).toHaveLength(3);
});

test('a figure that cannot be read keeps its value, says why and since when, and is read less and less often', async () => {
  const time = clock();
  const outcomes = [
    () => 'old',
    ...Array.from({ length: 3 }, () => () => {
      throw new Error('down');
    }),
    () => 'new',
  ];
  const read = vi.fn(async () => outcomes.shift()?.() ?? 'more');
  const figure = new FigureReader(1_000, read, time.now);
  await figure.refresh();
  await time.pass(1_000);
  await figure.refresh();
  expect(figure.figure).toMatchObject({
    value: 'old',
    readAt: 1_000,
    trouble: { kind: 'failing', since: 2_000, message: expect.stringContaining('down') },
  });
  const asked: number[] = [];
  for (let second = 0; second < 15; second += 1) {
    const before = read.mock.calls.length;
    await time.pass(1_000);
    await figure.refresh();
    if (read.mock.calls.length > before) asked.push(time.now());
    if (figure.figure.trouble !== undefined) expect(figure.figure.trouble.since).toBe(2_000);
  }
  expect(asked).toEqual([4_000, 8_000, 16_000, 17_000]);
  expect(figure.figure).toEqual({ value: 'more', readAt: 17_000 });
});

import { expect, test } from 'vitest';
import { Host } from '../../simulation/host.ts';
import { Scheduler } from '../../simulation/scheduler.ts';

const never = () => false;

function pausing(ms: number) {
  const scheduler = new Scheduler(1);
  const host = new Host(scheduler, { name: 'a', skewMs: 7 });
  const seen: number[] = [];
  const work = async () => {
    await host.pause(ms);
    seen.push(scheduler.now - scheduler.startedAt);
  };
  void work();
  return { scheduler, host, seen };
}

test('code on a frozen host continues when the host is thawed', async () => {
  const { scheduler, host, seen } = pausing(10);
  scheduler.after(5, () => host.freeze());
  scheduler.after(500, () => host.thaw());
  await scheduler.run(never);
  expect(seen).toEqual([500]);
});

test('code on a dead host never continues, frozen before or not', async () => {
  const { scheduler, host, seen } = pausing(10);
  scheduler.after(5, () => host.freeze());
  scheduler.after(15, () => host.kill());
  scheduler.after(20, () => host.thaw());
  await scheduler.run(never);
  expect(seen).toEqual([]);
  expect(host.isDead).toBe(true);
});

test('a host may die at an await', async () => {
  const scheduler = new Scheduler(1);
  const host = new Host(scheduler, { name: 'a', diesHere: () => true });
  let went = false;
  void host.pause(1).then(() => {
    went = true;
  });
  await scheduler.run(never);
  expect(went).toBe(false);
  expect(host.isDead).toBe(true);
});

test('a host dies at its next await when it is told to', () => {
  const scheduler = new Scheduler(1);
  const host = new Host(scheduler, { name: 'a' });
  const seen: string[] = [];
  host.resume(() => seen.push('runs'));
  host.dieSoon();
  expect(host.isDead).toBe(false);
  host.resume(() => seen.push('runs on'));
  expect(host.isDead).toBe(true);
  expect(seen).toEqual(['runs']);
});

test('a host may pause at an await, but not again at once', async () => {
  const scheduler = new Scheduler(1);
  const host = new Host(scheduler, { name: 'a', stallsHere: () => 2_000 });
  const seen: number[] = [];
  const work = async () => {
    for (const ms of [10, 10, 8_000, 10]) {
      await host.pause(ms);
      seen.push(scheduler.now - scheduler.startedAt);
    }
  };
  void work();
  await scheduler.run(never);
  expect(seen).toEqual([2_010, 2_020, 12_020, 12_030]);
});

test('a paused host may die', async () => {
  const { scheduler, host, seen } = pausing(10);
  const still = new Host(scheduler, { name: 'b', stallsHere: () => 2_000 });
  void still.pause(5).then(() => expect.unreachable());
  scheduler.after(1_000, () => still.kill());
  await scheduler.run(never);
  expect([seen, still.isDead, host.isDead]).toEqual([[10], true, false]);
});

test('its clock is ahead by its skew', () => {
  const { host, scheduler } = pausing(1);
  expect(host.now() - scheduler.now).toBe(7);
});

test('a cancelled timer does not fire', async () => {
  const { scheduler, host } = pausing(1);
  host.later(3, () => expect.unreachable())();
  await scheduler.run(never);
});

test('a pause ends with its signal', async () => {
  const { scheduler, host } = pausing(1);
  const ending = new AbortController();
  const pauses = [host.pause(100, ending.signal), host.pause(1, ending.signal)];
  const settled = Promise.allSettled([...pauses, host.pause(1, AbortSignal.abort('before'))]);
  scheduler.after(50, () => ending.abort('over'));
  await scheduler.run(never);
  expect(await settled).toEqual([
    { status: 'rejected', reason: 'over' },
    { status: 'fulfilled', value: undefined },
    { status: 'rejected', reason: 'before' },
  ]);
});

test('the road of a host is bad for a time', async () => {
  const scheduler = new Scheduler(1);
  const host = new Host(scheduler, { name: 'a' });
  const at = (ms: number) => scheduler.startedAt + ms;
  host.trouble({ cutOff: [[at(10), at(20)]], slowUntil: at(30), deafUntil: at(40) });
  const seen: (readonly [boolean, boolean, boolean])[] = [];
  for (const ms of [0, 10, 20, 30, 40]) {
    scheduler.after(ms, () => seen.push([host.isCutOff, host.isSlow, host.hearsNothing]));
  }
  await scheduler.run(never);
  expect(seen).toEqual([
    [false, true, true],
    [true, true, true],
    [false, true, true],
    [false, false, true],
    [false, false, false],
  ]);
});

test('a host that is to stand still does so at its next await, once', async () => {
  const scheduler = new Scheduler(1);
  const host = new Host(scheduler, { name: 'a', stallsHere: () => 0 });
  const resumed: number[] = [];
  const resume = () => host.resume(() => resumed.push(scheduler.now - scheduler.startedAt));
  scheduler.after(0, () => host.standStill(500));
  for (const ms of [1, 600]) scheduler.after(ms, resume);
  await scheduler.run(never);
  expect(resumed).toEqual([501, 600]);
});

test('the clock of a host may be set when it goes on', () => {
  const scheduler = new Scheduler(1);
  const skews = [-500, undefined];
  const host = new Host(scheduler, { name: 'a', skewMs: 700, setTo: () => skews.shift() });
  const before = host.now();
  host.freeze();
  host.thaw();
  expect(host.now()).toBe(before - 1_200);
  host.freeze();
  host.thaw();
  expect(host.now()).toBe(before - 1_200);
});

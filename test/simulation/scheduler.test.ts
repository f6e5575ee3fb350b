import { describe, expect, test } from 'vitest';
import { EventLog } from '../../simulation/event-log.ts';
import { Host } from '../../simulation/host.ts';
import { Scheduler } from '../../simulation/scheduler.ts';

const never = () => false;

describe('virtual time', () => {
  test('stands still between events, and jumps to the next one', async () => {
    const scheduler = new Scheduler(1);
    const seen: number[] = [];
    const note = () => seen.push(scheduler.now - scheduler.startedAt);
    scheduler.after(3_600_000, note);
    scheduler.after(5, note);
    scheduler.after(5, () => scheduler.after(0, note));
    expect(await scheduler.run(never)).toBe(false);
    expect(seen).toEqual([5, 5, 3_600_000]);
  });

  test('lets all code that an event woke finish before the next event', async () => {
    const scheduler = new Scheduler(1);
    const host = new Host(scheduler, { name: 'a' });
    const seen: string[] = [];
    const work = async (name: string) => {
      await host.pause(10);
      for (let step = 0; step < 3; step += 1) {
        seen.push(`${name}${step}`);
        await Promise.resolve();
      }
    };
    void work('a');
    void work('b');
    await scheduler.run(never);
    expect(seen.join(' ')).toBe('a0 a1 a2 b0 b1 b2');
  });

  test('ends where it was told to, and continues from there', async () => {
    const scheduler = new Scheduler(1);
    let count = 0;
    for (let ms = 1; ms <= 10; ms += 1) scheduler.after(ms, () => (count += 1));
    expect(await scheduler.run(() => count === 3)).toBe(true);
    expect(await scheduler.run(never, scheduler.startedAt + 5)).toBe(false);
    expect(count).toBe(5);
  });

  test('a fault ends the run', async () => {
    const scheduler = new Scheduler(1);
    scheduler.after(1, () => scheduler.fail(new Error('R04')));
    scheduler.after(2, () => expect.unreachable());
    await expect(scheduler.run(never)).rejects.toThrow('R04');
  });

  test('nothing can be scheduled in the past', () => {
    expect(() => new Scheduler(1).after(-1, () => undefined)).toThrow('1 ms ago');
  });
});

/** Ten hosts that wait, wake each other and die at random. */
async function tenHosts(seed: number): Promise<EventLog> {
  const log = new EventLog();
  const scheduler = new Scheduler(seed, log);
  const hosts = Array.from({ length: 10 }, (_, index) => {
    const host = new Host(scheduler, {
      name: `h${index}`,
      skewMs: scheduler.random.below(100),
      diesHere: () => scheduler.random.chance(0.001),
    });
    return host;
  });
  for (const host of hosts) {
    const live = async () => {
      for (let step = 0; step < 100; step += 1) {
        await host.pause(host.draws.duration(20));
        scheduler.note(`${host.name} ${step} ${host.now()} ${host.randomId()}`);
        const other = host.draws.pick(hosts as [Host, ...Host[]]);
        if (host.draws.chance(0.1)) other.freeze();
        scheduler.after(host.draws.below(50), () => other.thaw());
      }
    };
    void live();
  }
  await scheduler.run(never);
  return log;
}

describe('a run', () => {
  test('is the same to the byte for the same seed', async () => {
    const [one, same, other] = [await tenHosts(42), await tenHosts(42), await tenHosts(43)];
    expect(one.count).toBeGreaterThan(200);
    expect(same.digest()).toBe(one.digest());
    expect(other.digest()).not.toBe(one.digest());
  });

  test('can be followed line by line, and its hash covers all lines', () => {
    const seen: string[] = [];
    const log = new EventLog((line) => seen.push(line));
    for (let line = 0; line < 1_000; line += 1) log.write(String(line));
    const half = log.digest();
    log.write('one more');
    expect(log.digest()).not.toBe(half);
    expect(seen.length).toBe(1_001);
    expect(log.count).toBe(1_001);
  });
});

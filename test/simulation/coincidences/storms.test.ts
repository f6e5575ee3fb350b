import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from 'vitest';
import { NO_COINCIDENCES } from '../../../simulation/coincidences/rates.ts';
import { Storms } from '../../../simulation/coincidences/storms.ts';
import type { EffectOf } from '../../../simulation/effects.ts';
import { Host } from '../../../simulation/host.ts';
import type { Producers } from '../../../simulation/producers.ts';
import { Scheduler } from '../../../simulation/scheduler.ts';
import type { World } from '../../../simulation/world.ts';
import { written } from '../checks/history.ts';

const MINUTE_MS = 60_000;

function begin(seed: number, stormAtQuiet = 1) {
  const scheduler = new Scheduler(seed);
  const sent: { size: number; minutes: number }[] = [];
  const woken: string[] = [];
  const coincidences = { ...NO_COINCIDENCES, stormAtQuiet };
  const world = {
    ...{ scheduler, faults: { coincidences, functions: { stallMs: 2_000 } } },
    wake: (end: string) => woken.push(end),
  } as unknown as World;
  const minutesNow = () => Math.floor((scheduler.now - scheduler.startedAt) / MINUTE_MS);
  const sendFile = ({ size }: { size: number }) => sent.push({ size, minutes: minutesNow() });
  const storms = new Storms(world, { sendFile } as unknown as Producers, seed);
  const crash = () => {
    const item = { sk: 'crash#1', pk: 'validate', at: scheduler.now, lane: 'critical' };
    storms.see(written('incidents', undefined, item), undefined);
  };
  const incident = (status: string, before?: string, quietSince?: number) => {
    const of = (is: string) => ({ sk: 'incident#1', pk: 'validate', status: is });
    const after = { ...of(status), openedAt: scheduler.now, resolved: { quietSince } };
    storms.see(
      written('incidents', before === undefined ? undefined : of(before), after),
      undefined,
    );
  };
  const pass = (minutes: number) => {
    const until = scheduler.startedAt + minutes * MINUTE_MS;
    scheduler.after(until - scheduler.now, () => undefined);
    return scheduler.run(() => false, until);
  };
  return { scheduler, storms, sent, woken, crash, incident, pass };
}

function open(seed: number, stormAtQuiet?: number) {
  const begun = begin(seed, stormAtQuiet);
  for (let crashes = 0; crashes < 10; crashes += 1) begun.crash();
  begun.incident('open');
  return begun;
}

test('a few crashes come before an incident has been quiet for long enough, and a storm at its end', async () => {
  const all = await Promise.all(
    Array.from({ length: 10 }, async (_, seed) => {
      const { sent, pass } = open(seed);
      await pass(20);
      return sent;
    }),
  );
  for (const [first, ...others] of all) {
    expect(first?.size).toBe(1);
    expect([7, 8, 9]).toContain(first?.minutes);
    for (const storm of others) expect(storm).toEqual({ size: 8, minutes: 10 });
  }
  expect(new Set(all.map(({ length }) => length))).toEqual(new Set([1, 3]));
});

test('they do not come if the incident is over by then, or if the run has no storms', async () => {
  const over = open(1);
  over.incident('resolved', 'open');
  await over.pass(20);
  expect(over.sent).toEqual([]);
  const none = open(1, 0);
  await none.pass(20);
  expect(none.sent).toEqual([]);
});

test('others come just after it was resolved by quiet', () => {
  const { sent, incident } = open(1);
  incident('resolved', 'open', 1);
  expect(sent).toHaveLength(1);
  expect([2, 3]).toContain(sent[0]?.size);
});

test('who is to record the storm stands still until the wake has come, and so does who finds quiet', async () => {
  const { scheduler, storms, woken, pass } = open(1);
  const host = new Host(scheduler, { name: 'stack-incident#1', stallsHere: () => 0 });
  const records = Array.from({ length: 5 }, () => ({ body: '{"component":"validate"}' }));
  const about = { functionName: 'stack-incident', requestId: 'r1' };
  const invoked = { kind: 'invoked', ...about, event: { Records: records } } as const;
  storms.see(invoked, host);
  expect(woken).toEqual([]);
  await pass(11);
  const resumed: number[] = [];
  const resume = () => host.resume(() => resumed.push(scheduler.now - scheduler.startedAt));
  const at = scheduler.now - scheduler.startedAt;
  storms.see({ ...invoked, event: { Records: records.slice(1) } }, host);
  expect(woken).toEqual([]);
  storms.see(invoked, host);
  storms.see(invoked, host);
  resume();
  expect(woken).toEqual(['incident']);
  await pass(11.02);
  const other = new Host(scheduler, { name: 'stack-incident#2', stallsHere: () => 0 });
  const query = { TableName: 'stack-incidents', ScanIndexForward: false };
  const called = (Limit: number): EffectOf<'called'> => {
    const command = new QueryCommand({ ...query, Limit });
    return { kind: 'called', service: 'dynamodb', command };
  };
  const looks = (Limit: number) => {
    storms.see(called(Limit), other);
    other.resume(() => resumed.push(scheduler.now - scheduler.startedAt));
  };
  looks(1);
  looks(30);
  const now = scheduler.now - scheduler.startedAt;
  await pass(12);
  expect(resumed).toEqual([now, at + 2_000, now + 2_000]);
});

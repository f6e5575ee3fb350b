import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from 'vitest';
import { NO_COINCIDENCES } from '../../../simulation/coincidences/rates.ts';
import { Storms } from '../../../simulation/coincidences/storms.ts';
import { Host } from '../../../simulation/host.ts';
import type { Producers } from '../../../simulation/producers.ts';
import { Scheduler } from '../../../simulation/scheduler.ts';
import type { World } from '../../../simulation/world.ts';
import { written } from '../checks/history.ts';

const MINUTE_MS = 60_000;

function begin(seed: number, stormAtQuiet = 1) {
  const scheduler = new Scheduler(seed);
  const sent: { size: number; minutes: number }[] = [];
  const sns = { hold: (_message: string, _deliver: () => void) => false };
  const coincidences = { ...NO_COINCIDENCES, stormAtQuiet };
  const world = {
    ...{ scheduler, faults: { coincidences, functions: { stallMs: 2_000 } } },
    services: { sns },
  } as unknown as World;
  const minutesNow = () => Math.floor((scheduler.now - scheduler.startedAt) / MINUTE_MS);
  const sendFile = ({ size }: { size: number }) => sent.push({ size, minutes: minutesNow() });
  const storms = new Storms(world, { sendFile } as unknown as Producers, seed);
  const crash = (at = scheduler.now) => {
    const item = { sk: 'crash#1', pk: 'validate', at, lane: 'critical' };
    storms.see(written('incidents', undefined, item), undefined);
  };
  const incident = (
    status: string,
    before?: string,
    { quietSince, openedAt = scheduler.now }: { quietSince?: number; openedAt?: number } = {},
  ) => {
    const of = (is: string) => ({ sk: 'incident#1', pk: 'validate', status: is });
    const after = { ...of(status), openedAt, resolved: { quietSince } };
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
  return { scheduler, storms, sent, sns, crash, incident, pass };
}

function open(seed: number, stormAtQuiet?: number) {
  const begun = begin(seed, stormAtQuiet);
  for (let crashes = 0; crashes < 10; crashes += 1) begun.crash();
  begun.incident('open');
  return begun;
}

test('a few crashes come before an incident has been quiet for long enough, and a storm just before', async () => {
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
    for (const storm of others) expect(storm).toEqual({ size: 8, minutes: 9 });
  }
  expect(new Set(all.map(({ length }) => length))).toEqual(new Set([1, 3]));
});

test('crashes that are recorded long after they happened may be followed by a storm at once', async () => {
  let storms = 0;
  for (let seed = 0; seed < 10; seed += 1) {
    const { scheduler, sent, sns, crash, incident, pass } = begin(seed);
    const at = scheduler.now - 60 * MINUTE_MS;
    crash(at);
    incident('open', undefined, { openedAt: at });
    for (let crashes = 0; crashes < 5; crashes += 1) crash(at);
    await pass(1);
    if (sent.length > 1) storms += 1;
    expect(sns.hold(JSON.stringify({ component: 'validate' }), () => {})).toBe(false);
  }
  expect(storms).toBeGreaterThan(0);
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
  incident('resolved', 'open', { quietSince: 1 });
  expect(sent).toHaveLength(1);
  expect([2, 3]).toContain(sent[0]?.size);
});

/** With a storm on its way, whose notices are held. */
async function held() {
  for (let seed = 0; ; seed += 1) {
    const opened = open(seed);
    await opened.pass(10);
    if (opened.sent.length > 1) return opened;
  }
}

test('notices of the storm are held until somebody looks whether it is quiet, and stands still', async () => {
  const { scheduler, storms, sns, pass } = await held();
  const seen: string[] = [];
  const notice = (component: string) =>
    sns.hold(JSON.stringify({ component }), () => seen.push('reported'));
  expect(notice('validate')).toBe(true);
  expect(notice('deliver')).toBe(false);
  const host = new Host(scheduler, { name: 'stack-incident#2', stallsHere: () => 0 });
  const looks = (scope: string, Limit: number) => {
    const ExpressionAttributeValues = { ':scope': scope };
    const query = { TableName: 'stack-incidents', ScanIndexForward: false, Limit };
    const command = new QueryCommand({ ...query, ExpressionAttributeValues });
    storms.see({ kind: 'called', service: 'dynamodb', command }, host);
  };
  looks('deliver', 30);
  looks('validate', 1);
  await pass(10.01);
  expect(seen).toEqual([]);
  looks('validate', 30);
  host.resume(() => seen.push('found quiet'));
  await pass(11);
  expect(seen).toEqual(['reported', 'found quiet']);
  expect(notice('validate')).toBe(false);
});

test('held notices arrive although nobody looks', async () => {
  const { sns, incident, pass } = await held();
  const seen: string[] = [];
  sns.hold(JSON.stringify({ component: 'validate' }), () => seen.push('reported'));
  incident('resolved', 'open');
  await pass(14);
  expect(seen).toEqual([]);
  await pass(15);
  expect(seen).toEqual(['reported']);
});

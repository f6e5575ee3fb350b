import { describe, expect, test } from 'vitest';
import type { Effect } from '../../../simulation/effects.ts';
import { Host } from '../../../simulation/host.ts';
import { Scheduler } from '../../../simulation/scheduler.ts';
import {
  Http,
  inBrownOut,
  NO_SERVER_FAULTS,
  type ServerFaults,
} from '../../../simulation/servers/http.ts';
import type { Server } from '../../../simulation/servers/http-call.ts';

function net(faults: Partial<ServerFaults> = {}) {
  const scheduler = new Scheduler(1);
  const served: string[] = [];
  const effects: Effect[] = [];
  const server: Server = {
    base: 'https://a',
    serve({ url, body }) {
      served.push(`${url} ${body} at ${scheduler.now - scheduler.startedAt}`);
      return { status: 200, headers: { etag: 'W/"1"' }, body: 'well' };
    },
  };
  const http = new Http({
    scheduler,
    servers: [server],
    faults: () => ({ ...NO_SERVER_FAULTS, ...faults }),
    tell: (effect) => effects.push(effect),
  });
  const host = new Host(scheduler, { name: 'h' });
  const call = (signal?: AbortSignal) =>
    http.fetchOn(host)('https://a/1', {
      method: 'PUT',
      body: 'b',
      headers: {},
      ...(signal && { signal }),
    });
  const run = () => scheduler.run(() => false);
  return { scheduler, host, served, effects, call, run };
}

const endOf = (call: Promise<Response>) =>
  call.then(
    ({ status }) => status,
    (error: unknown) => String(error),
  );

describe('a call to a simulated server', () => {
  test('is answered, and reported', async () => {
    const { call, run, effects } = net();
    const answer = call();
    await run();
    const response = await answer;
    expect(response.status).toBe(200);
    expect(response.headers.get('etag')).toBe('W/"1"');
    expect(await response.text()).toBe('well');
    expect(effects.map(({ kind }) => kind)).toEqual(['requested', 'answered']);
  });

  test('that is given up ends at once, and is still carried out', async () => {
    const { scheduler, host, call, run, served, effects } = net({ slow: 1, slowMs: 10_000 });
    const signal = new AbortController();
    const end = endOf(call(signal.signal));
    host.later(100, () => signal.abort(new Error('given up')));
    await scheduler.run(() => effects.some(({ kind }) => kind === 'answered'));
    expect(scheduler.now - scheduler.startedAt).toBe(100);
    expect(await end).toBe('Error: given up');
    expect(served).toEqual([]);
    await run();
    expect(served.length).toBe(1);
    expect(effects.filter(({ kind }) => kind === 'answered').length).toBe(1);
  });

  test('may be carried out without an answer, or be answered without being carried out', async () => {
    const lost = net({ lostAnswer: 1 });
    let isAnswered = false;
    void lost.call().finally(() => {
      isAnswered = true;
    });
    await lost.run();
    expect(lost.served.length).toBe(1);
    expect(isAnswered).toBe(false);
    const away = net({ turnedAway: 1 });
    const end = endOf(away.call());
    await away.run();
    expect(Number(await end)).toBeGreaterThan(399);
    expect(away.served).toEqual([]);
    const none = net({ unreachable: 1 });
    const failing = endOf(none.call());
    await none.run();
    expect(await failing).toContain('fetch failed');
  });

  test('in a brown-out fails in part, and takes long otherwise', async () => {
    const { call, run, scheduler } = net(inBrownOut(NO_SERVER_FAULTS, { share: 0.4 }));
    const ends = Array.from({ length: 100 }, async () => {
      const end = await endOf(call());
      return { end, ms: scheduler.now - scheduler.startedAt };
    });
    await run();
    const all = await Promise.all(ends);
    const well = all.filter(({ end }) => end === 200);
    expect(well.length).toBeGreaterThan(45);
    expect(well.length).toBeLessThan(75);
    expect(well.filter(({ ms }) => ms > 5_000).length).toBeGreaterThan(10);
  });

  test('of a host that died never ends', async () => {
    const { call, run, host, served, effects } = net();
    void call();
    host.kill();
    await run();
    expect(served.length).toBe(1);
    expect(effects.map(({ kind }) => kind)).toEqual(['requested']);
  });
});

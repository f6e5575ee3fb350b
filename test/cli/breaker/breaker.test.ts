import { expect, test, vi } from 'vitest';
import { MemoryStore } from '../../../breaker/memory-store.ts';
import { describeBreaker, describeBreakers } from '../../../cli/breaker/describe.ts';
import { overrule } from '../../../cli/breaker/overrule.ts';
import { duration } from '../../../cli/breaker-command.ts';
import { admit } from '../../../core/breaker/breaker.ts';
import { DEFAULT_BREAKER_POLICY } from '../../../core/breaker/breaker-policy.ts';
import { type BreakerState, UNKNOWN_SERVICE } from '../../../core/breaker/breaker-state.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const word = { by: 'ada', reason: 'maintenance', token: 't' };
const now = () => NOW;

test('R17: a forced state is saved over that of the fleet, with who and why', async () => {
  const store = new MemoryStore();
  const open = { ...word, kind: 'force-open', until: NOW + 600_000 } as const;
  expect(await overrule(store, 's', open, now)).toMatchObject({ to: 'open', by: 'ada' });
  const state = (await store.load('s')) ?? UNKNOWN_SERVICE;
  const ask = { owner: 'x', timeoutMs: 1_000, draw: 0 };
  expect(admit(state, ask, NOW + 599_999, DEFAULT_BREAKER_POLICY).kind).toBe('refused');
  expect(admit(state, ask, NOW + 600_000, DEFAULT_BREAKER_POLICY).kind).toBe('acquire');
  await overrule(store, 's', { ...word, kind: 'reset' }, now);
  expect(await store.load('s')).toMatchObject({ phase: 'closed', generation: 2 });
});

test('R13: after a conflict the command decides again, and gives up with a message if conflicts go on', async () => {
  const store = new MemoryStore();
  const save = vi.spyOn(store, 'save').mockResolvedValueOnce(false);
  await overrule(store, 's', { ...word, kind: 'reset' }, now);
  expect(save).toHaveBeenCalledTimes(2);
  save.mockResolvedValue(false);
  await expect(overrule(store, 's', { ...word, kind: 'reset' }, now)).rejects.toThrow('conflicts');
});

test('R17: a forced state whose save got no answer is set once', async () => {
  for (const answer of ['an error', 'a conflict with itself']) {
    const store = new MemoryStore();
    const save = store.save.bind(store);
    vi.spyOn(store, 'save').mockImplementationOnce(async (...args) => {
      await save(...args);
      if (answer === 'an error') throw new Error('throttled');
      return save(...args);
    });
    const transition = await overrule(store, 's', { ...word, kind: 'reset' }, now);
    expect(transition).toMatchObject({ generation: 1, by: 'ada' });
    expect(await store.load('s')).toMatchObject({ generation: 1, recent: [transition] });
  }
});

test('R17: a forced state whose save failed is not set', async () => {
  const store = new MemoryStore();
  vi.spyOn(store, 'save').mockRejectedValue(new Error('throttled'));
  await expect(overrule(store, 's', { ...word, kind: 'reset' }, now)).rejects.toThrow('throttled');
});

test.each([
  ['30s', 30_000],
  ['10m', 600_000],
  ['24h', 86_400_000],
])('--for %s is accepted', (text, ms) => {
  expect(duration(text)).toBe(ms);
});

test.each(['', '10', '0s', '25h', '-1m', '10 m'])('--for %j is refused', (text) => {
  expect(() => duration(text)).toThrow('such as 30s');
});

test('describes each phase, and a forced state', () => {
  const common = { generation: 2, version: 9, since: NOW, reopenings: 1, receipts: [], recent: [] };
  const states: Record<string, BreakerState> = {
    closed: { ...common, phase: 'closed', why: 'reset', failures: 3, window: [] },
    open: {
      ...common,
      phase: 'open',
      failedProbes: 0,
      why: 'force-open: maintenance',
      openUntil: NOW + 1_000,
      forced: { until: NOW + 1_000, reason: 'maintenance', by: 'ada' },
    },
    'half-open': {
      ...common,
      phase: 'half-open',
      failedProbes: 2,
      why: 'time to probe',
      successes: 1,
      probe: { owner: 'e-1', leaseUntil: NOW + 5_000 },
    },
  };
  const breakers = Object.entries(states).map(([service, state]) => ({ service, state }));
  expect(describeBreakers(breakers, NOW).split('\n')).toEqual([
    'closed               closed, since 2026-01-01 00:00:00Z (now): reset',
    'open                 open until 2026-01-01 00:00:01Z (in 1 s), since 2026-01-01 00:00:00Z (now): force-open: maintenance (forced by ada until 2026-01-01 00:00:01Z (in 1 s))',
    'half-open            half-open, since 2026-01-01 00:00:00Z (now): time to probe',
  ]);
  expect(describeBreakers([], NOW)).toBe('No breaker yet: no call has failed.');
  const all = breakers.map(({ service, state }) => describeBreaker(service, state, NOW)).join('\n');
  expect(all).toMatch(/failures +3/);
  expect(all).toMatch(/failed probes +2/);
  expect(all).toMatch(/forced +by ada until 2026-01-01 00:00:01Z \(in 1 s\): maintenance/);
  expect(all).toMatch(/probe +e-1, lease until 2026-01-01 00:00:05Z \(in 5 s\)/);
});

test('R17: once a forced state is over, says that the next call is a probe, and not that it is open until a past time', () => {
  const state: BreakerState = {
    ...{ generation: 2, version: 9, since: NOW, reopenings: 0, receipts: [], recent: [] },
    ...{ phase: 'open', failedProbes: 0, why: 'force-open: maintenance', openUntil: NOW + 1_000 },
    forced: { until: NOW + 1_000, reason: 'maintenance', by: 'ada' },
  };
  const service = 'fhir-server';
  expect(describeBreakers([{ service, state }], NOW + 999)).toContain('(forced by ada');
  expect(describeBreakers([{ service, state }], NOW + 1_000)).toBe(
    'fhir-server          open, the next call is a probe, since 2026-01-01 00:00:00Z (1 s ago): force-open: maintenance',
  );
  const shown = describeBreaker(service, state, NOW + 1_000);
  expect(shown).toMatch(/^open until +2026-01-01 00:00:01Z \(now\); the next call is a probe$/m);
  expect(shown).not.toContain('forced by');
  expect(shown).not.toMatch(/^forced /m);
});

test('a breaker with failures that never opened is described without a time of 1970', () => {
  const state: BreakerState = { ...UNKNOWN_SERVICE, version: 3, failures: 2 };
  expect(describeBreakers([{ service: 'fhir-server', state }], NOW)).toBe(
    'fhir-server          closed, never opened',
  );
  expect(describeBreaker('fhir-server', state, NOW)).not.toContain('1970');
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planConcurrency } from '../../../lib/config/concurrency.ts';
import { loadConfig } from '../../../lib/config/config-load.ts';

const plan = (context: Record<string, string>) => planConcurrency(loadConfig({}, context));

describe('planConcurrency', () => {
  it('reserves nothing in dev, where a new account has a low limit', () => {
    expect(plan({})).toEqual({
      lanes: { critical: 100, background: 1000 },
      reserved: {},
      notes: [],
    });
  });

  it('gives background in prod what the others leave, and reports it', () => {
    const { lanes, reserved, notes } = plan({ stage: 'prod' });
    expect(reserved).toEqual({
      critical: 110,
      background: 668,
      quarantine: 4,
      incident: 2,
      audit: 3,
      supervisor: 4,
      monitor: 5,
      reporting: 5,
      analytics: 5,
    });
    expect(lanes).toEqual({ critical: 100, background: 658 });
    expect(notes).toEqual([expect.stringContaining('lanes.background.maxConcurrency')]);
  });

  it('reduces nothing if the account is large enough', () => {
    const { lanes, notes } = plan({ stage: 'prod', accountConcurrency: '2000' });
    expect(lanes.background).toBe(1000);
    expect(notes).toEqual([]);
  });

  it('refuses an account that is too small, and names the setting', () => {
    const smallest = { stage: 'prod', accountConcurrency: '250' };
    expect(plan(smallest).lanes.background).toBe(2);
    expect(() => plan({ ...smallest, accountConcurrency: '249' })).toThrow(
      /accountConcurrency 249/,
    );
  });

  it.each<[string, Record<string, string>]>([
    ['delivery is switched on', { 'delivery.endpoint': 'https://fhir.example.org/r4' }],
    ['critical gets 90 more', { 'lanes.critical.maxConcurrency': '190' }],
    ['critical gets 90 less', { 'lanes.critical.maxConcurrency': '10' }],
    [
      'each function gets more',
      { 'isolation.maxConcurrency': '30', 'monitor.maxConcurrency': '40' },
    ],
  ])('fits into the account whichever function is deployed first: %s', (_, change) => {
    const [before, after] = [plan({ stage: 'prod' }), plan({ stage: 'prod', ...change })];
    const most = new Map(Object.entries(before.reserved));
    for (const [name, reserved] of Object.entries(after.reserved)) {
      most.set(name, Math.max(reserved, most.get(name) ?? 0));
    }
    expect(before).not.toEqual(after);
    expect([...most.values()].reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(900);
  });

  it('leaves 100 to the account, and gives no mapping more than its function reserves', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 1000 }),
        fc.integer({ min: 2, max: 1000 }),
        fc.integer({ min: 2, max: 100 }),
        fc.integer({ min: 3300, max: 10_000 }),
        (critical, background, isolation, account) => {
          const { lanes, reserved } = plan({
            stage: 'prod',
            accountConcurrency: String(account),
            'lanes.critical.maxConcurrency': String(critical),
            'lanes.background.maxConcurrency': String(background),
            'isolation.maxConcurrency': String(isolation),
          });
          const sum = Object.values(reserved).reduce((total, part) => total + part, 0);
          expect(sum).toBeLessThanOrEqual(account - 100);
          expect(lanes.critical + isolation).toBeLessThanOrEqual(reserved.critical ?? 0);
          expect(lanes.background + isolation).toBeLessThanOrEqual(reserved.background ?? 0);
        },
      ),
    );
  });
});

import { expect, test } from 'vitest';
import { tripOf } from '../../functions/deliver/settings.ts';
import { Random } from '../../simulation/random.ts';
import {
  DEFAULT_SETTINGS,
  drawSettings,
  windowTripOf,
  withSettings,
} from '../../simulation/settings.ts';

const env = { SETTINGS: JSON.stringify({ breakerFailures: 5 }), OTHER: 'as it was' };

test('runs draw each way in which breakers open, and some deploy another in the middle', () => {
  const drawn = Array.from({ length: 400 }, (_, seed) => drawSettings(new Random(seed)));
  const first = Map.groupBy(drawn, ({ breakerShare }) => breakerShare);
  expect([...first.keys()].sort()).toEqual([0, 0.25, 0.4, 0.5]);
  expect(first.get(0)?.length).toBeGreaterThan(200);
  const changed = drawn.filter((each) => each.breakerShare !== each.breakerShareLater);
  expect(changed.length).toBeGreaterThan(30);
  expect(changed.length).toBeLessThan(120);
});

test('runs draw each kind of FHIR server, and deployments that enable all mappings', () => {
  const drawn = Array.from({ length: 100 }, (_, seed) => drawSettings(new Random(seed)));
  const statuses = new Set(drawn.map(({ absentStatus }) => absentStatus));
  expect(statuses).toEqual(new Set([412, 404, 0]));
  expect(new Set(drawn.map(({ resetsMappings }) => resetsMappings))).toEqual(new Set([0, 1]));
});

test('deliver gets the policy of its deployment, and nobody else does', () => {
  const settings = { ...DEFAULT_SETTINGS, breakerShare: 0.25 };
  const at = (name: string, deployment: number) => {
    const its = withSettings(env, settings, { name, deployment });
    return tripOf(JSON.parse(its['SETTINGS'] ?? ''));
  };
  expect(at('stack-deliver', 0)).toEqual(windowTripOf(settings, 0));
  expect(at('stack-deliver', 0)).toMatchObject({ kind: 'failure-rate', share: 0.25, callsMin: 5 });
  expect(at('stack-deliver', 1)).toEqual({ kind: 'consecutive', failures: 5 });
  expect(at('stack-monitor', 0)).toEqual({ kind: 'consecutive', failures: 5 });
  const asEver = { name: 'stack-deliver', deployment: 0 };
  expect(withSettings(env, DEFAULT_SETTINGS, asEver)).toEqual(env);
});

test('validate gets the rules with the rate that a quarter of the runs draw', () => {
  const drawn = Array.from({ length: 400 }, (_, seed) => drawSettings(new Random(seed)));
  const limited = drawn.filter(({ ratePerMinute }) => ratePerMinute > 0);
  expect(limited.length).toBeGreaterThan(70);
  expect(limited.length).toBeLessThan(130);
  const settings = { ...DEFAULT_SETTINGS, ratePerMinute: 3 };
  const at = (name: string) => withSettings(env, settings, { name, deployment: 0 });
  expect(at('stack-validate-critical')).toEqual({ ...env, SOURCES_FILE: 'sources-3.json' });
  expect(at('stack-quarantine')).toEqual(env);
});

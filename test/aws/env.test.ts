import { afterEach, expect, test, vi } from 'vitest';
import { EnvironmentIncomplete, readSettings, requiredEnv } from '../../aws/env.ts';
import { incidentSettingsSchema } from '../../functions/incident/settings.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

test('a variable that is missing names itself', () => {
  vi.stubEnv('RESOURCES_TABLE', '');
  expect(() => requiredEnv('resourcesTable')).toThrow(EnvironmentIncomplete);
  expect(() => requiredEnv('resourcesTable')).toThrow('RESOURCES_TABLE');
  vi.stubEnv('RESOURCES_TABLE', 'resources');
  expect(requiredEnv('resourcesTable')).toBe('resources');
});

test('settings take their defaults; wrong ones name their variable', () => {
  vi.stubEnv('SETTINGS', '{"windowMs":1000}');
  expect(readSettings(incidentSettingsSchema)).toMatchObject({
    windowMs: 1_000,
    crashesToOpen: 10,
  });
  for (const wrong of ['{"windowMs":"soon"}', '{']) {
    vi.stubEnv('SETTINGS', wrong);
    expect(() => readSettings(incidentSettingsSchema)).toThrow(/SETTINGS/);
  }
});

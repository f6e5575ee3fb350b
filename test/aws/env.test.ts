import { expect, test } from 'vitest';
import { EnvironmentIncomplete, readSettings, requiredEnv } from '../../aws/env.ts';
import { incidentSettingsSchema } from '../../functions/incident/settings.ts';

test('the message names a missing variable', () => {
  const read = (env: Record<string, string>) => () => requiredEnv('resourcesTable', env);
  expect(read({ RESOURCES_TABLE: '' })).toThrow(EnvironmentIncomplete);
  expect(read({})).toThrow('RESOURCES_TABLE');
  expect(read({ RESOURCES_TABLE: 'resources' })()).toBe('resources');
});

const SETTINGS = {
  ...{ crashesToOpen: 10, windowMs: 1_000, pageAgainMs: 1_000, escalateMs: 1_000, quietMs: 1_000 },
  ...{ holdMs: 1_000, remediation: 'off', runbook: 'runbook.md', keepCrashesMs: 1_000 },
  calendar: { timeZone: 'America/Sao_Paulo', holidays: [] },
};
const readIncidents = (SETTINGS: string) => readSettings(incidentSettingsSchema, { SETTINGS });

test('settings are read unchanged', () => {
  expect(readIncidents(JSON.stringify(SETTINGS))).toEqual(SETTINGS);
});

test('the message names each missing or wrong setting, and its variable', () => {
  const { windowMs: _, ...incomplete } = SETTINGS;
  const wrong = { ...incomplete, quietMs: 'soon', calendar: { holidays: [] } };
  expect(() => readIncidents(JSON.stringify(wrong))).toThrow(EnvironmentIncomplete);
  expect(() => readIncidents(JSON.stringify(wrong))).toThrow(
    /SETTINGS does not hold valid settings: windowMs \(missing\), quietMs \(.*number.*\), calendar\.timeZone \(missing\)$/,
  );
  expect(() => readIncidents('{')).toThrow('SETTINGS does not hold JSON');
  expect(() => readIncidents('')).toThrow('SETTINGS is not set');
});

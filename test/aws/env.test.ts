import { expect, test } from 'vitest';
import { EnvironmentIncomplete, readSettings, requiredEnv } from '../../aws/env.ts';
import { incidentSettingsSchema } from '../../functions/incident/settings.ts';

test('a variable that is missing names itself', () => {
  const read = (env: Record<string, string>) => () => requiredEnv('resourcesTable', env);
  expect(read({ RESOURCES_TABLE: '' })).toThrow(EnvironmentIncomplete);
  expect(read({})).toThrow('RESOURCES_TABLE');
  expect(read({ RESOURCES_TABLE: 'resources' })()).toBe('resources');
});

test('settings take their defaults; wrong ones name their variable', () => {
  const read = (text: string) => readSettings(incidentSettingsSchema, { SETTINGS: text });
  expect(read('{"windowMs":1000}')).toMatchObject({
    windowMs: 1_000,
    crashesToOpen: 10,
  });
  for (const wrong of ['{"windowMs":"soon"}', '{']) {
    expect(() => read(wrong)).toThrow(/SETTINGS/);
  }
});

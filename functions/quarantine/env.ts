import { type Env, readSettings, requiredEnv } from '../../aws/env.ts';
import { readSenders } from '../../aws/sources.ts';
import { ENV } from '../../telemetry/env-names.ts';
import { quarantineSettingsSchema } from './settings.ts';

export type QuarantineEnv = ReturnType<typeof readEnv>;

/** The environment variables of `quarantine`. */
export const readEnv = (env: Env) => ({
  settings: readSettings(quarantineSettingsSchema, env),
  senders: readSenders(env),
  table: requiredEnv('quarantineTable', env),
  resourcesTable: requiredEnv('resourcesTable', env),
  keptDays: Number(env[ENV.quarantineDays]),
  bucket: requiredEnv('bodiesBucket', env),
  outcomesTopicArn: requiredEnv('outcomesTopicArn', env),
  deadLetterQueueUrls: requiredEnv('deadLetterQueueUrls', env).split(','),
  erasuresTable: requiredEnv('erasuresTable', env),
  hashKeyArn: requiredEnv('hashKeyArn', env),
});

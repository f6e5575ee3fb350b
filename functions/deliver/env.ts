import { readTargets } from '../../aws/delivery-targets.ts';
import { type Env, readSettings, requiredEnv } from '../../aws/env.ts';
import { readBreakerEnv } from '../../breaker/make-breakers.ts';
import { ENV } from '../../telemetry/env-names.ts';
import { deliverSettingsSchema } from './settings.ts';

export type DeliverEnv = ReturnType<typeof readEnv>;

/** The environment variables of `deliver`. */
export const readEnv = (env: Env) => ({
  ...readBreakerEnv(env),
  settings: readSettings(deliverSettingsSchema, env),
  targets: readTargets(env),
  resourcesTable: requiredEnv('resourcesTable', env),
  quarantineTable: requiredEnv('quarantineTable', env),
  keptDays: Number(env[ENV.quarantineDays]),
  bucket: requiredEnv('bodiesBucket', env),
  queueUrl: requiredEnv('deliveryQueueUrl', env),
});

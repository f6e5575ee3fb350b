import { type Env, requiredEnv } from '../../aws/env.ts';

export type MonitorEnv = ReturnType<typeof readEnv>;

/** The environment variables of `monitor`. */
export const readEnv = (env: Env) => ({
  stage: requiredEnv('stage', env),
  crashesTopicArn: requiredEnv('crashesTopicArn', env),
  quarantineTable: requiredEnv('quarantineTable', env),
});

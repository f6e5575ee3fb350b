import { type Env, requiredEnv } from '../../aws/env.ts';

export type MonitorEnvironment = ReturnType<typeof readEnvironment>;

/** The environment variables of `monitor`. */
export const readEnvironment = (env: Env) => ({
  stage: requiredEnv('stage', env),
  crashesTopicArn: requiredEnv('crashesTopicArn', env),
  quarantineTable: requiredEnv('quarantineTable', env),
});

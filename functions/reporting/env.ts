import { type Env, requiredEnv } from '../../aws/env.ts';

export type ReportingEnv = ReturnType<typeof readEnv>;

/** The environment variables of `reporting`. */
export const readEnv = (env: Env) => ({
  stage: requiredEnv('stage', env),
  bucket: requiredEnv('reportsBucket', env),
  hashKeyArn: requiredEnv('hashKeyArn', env),
});

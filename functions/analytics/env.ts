import { type Env, requiredEnv } from '../../aws/env.ts';

export type AnalyticsEnv = ReturnType<typeof readEnv>;

/** The environment variables of `analytics`. */
export const readEnv = (env: Env) => ({
  bucket: requiredEnv('analyticsBucket', env),
  hashKeyArn: requiredEnv('hashKeyArn', env),
});

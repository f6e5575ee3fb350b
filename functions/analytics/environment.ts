import { type Env, requiredEnv } from '../../aws/env.ts';

export type AnalyticsEnvironment = ReturnType<typeof readEnvironment>;

/** The environment variables of `analytics`. */
export const readEnvironment = (env: Env) => ({
  bucket: requiredEnv('analyticsBucket', env),
  hashKeyArn: requiredEnv('hashKeyArn', env),
});

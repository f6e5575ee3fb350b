import { type Env, requiredEnv } from '../../aws/env.ts';

export type AnalyticsEnvironment = ReturnType<typeof readEnvironment>;

/** What `analytics` is told by the stack. */
export const readEnvironment = (env: Env) => ({
  bucket: requiredEnv('analyticsBucket', env),
  hashKeyArn: requiredEnv('hashKeyArn', env),
});

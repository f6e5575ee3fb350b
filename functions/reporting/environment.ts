import { type Env, requiredEnv } from '../../aws/env.ts';

export type ReportingEnvironment = ReturnType<typeof readEnvironment>;

/** What `reporting` is told by the stack. */
export const readEnvironment = (env: Env) => ({
  stage: requiredEnv('stage', env),
  bucket: requiredEnv('reportsBucket', env),
  hashKeyArn: requiredEnv('hashKeyArn', env),
});

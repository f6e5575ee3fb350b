import { type Env, requiredEnv } from '../../aws/env.ts';

export type ReportingEnvironment = ReturnType<typeof readEnvironment>;

/** The environment variables of `reporting`. */
export const readEnvironment = (env: Env) => ({
  stage: requiredEnv('stage', env),
  bucket: requiredEnv('reportsBucket', env),
  hashKeyArn: requiredEnv('hashKeyArn', env),
});

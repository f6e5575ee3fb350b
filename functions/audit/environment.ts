import { type Env, readPublishers, requiredEnv } from '../../aws/env.ts';

export type AuditEnvironment = ReturnType<typeof readEnvironment>;

/** The environment variables of `audit`. */
export const readEnvironment = (env: Env) => ({
  stage: requiredEnv('stage', env),
  table: requiredEnv('auditTable', env),
  bucket: requiredEnv('auditBucket', env),
  hashKeyArn: requiredEnv('hashKeyArn', env),
  publishers: readPublishers(env),
  /** What was deployed, by its hashes. */
  configuration: requiredEnv('configurationHash', env),
  code: requiredEnv('codeHash', env),
});

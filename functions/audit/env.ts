import { type Env, readPublishers, requiredEnv } from '../../aws/env.ts';

export type AuditEnv = ReturnType<typeof readEnv>;

/** The environment variables of `audit`. */
export const readEnv = (env: Env) => ({
  stage: requiredEnv('stage', env),
  table: requiredEnv('auditTable', env),
  bucket: requiredEnv('auditBucket', env),
  hashKeyArn: requiredEnv('hashKeyArn', env),
  publishers: readPublishers(env),
  /** Hash of the deployed configuration and code. */
  configuration: requiredEnv('configurationHash', env),
  code: requiredEnv('codeHash', env),
});

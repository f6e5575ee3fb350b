import { readTellers, requiredEnv } from '../../aws/env.ts';

/** What `audit` is told by the stack; read once, at load. */
export const environment = {
  stage: requiredEnv('stage'),
  table: requiredEnv('auditTable'),
  bucket: requiredEnv('auditBucket'),
  hashKeyArn: requiredEnv('hashKeyArn'),
  tellers: readTellers(),
  /** What was deployed, by its hashes. */
  configuration: requiredEnv('configurationHash'),
  code: requiredEnv('codeHash'),
};

import { requiredEnv } from '../../aws/env.ts';

/** What `analytics` is told by the stack; read once, at load. */
export const environment = {
  bucket: requiredEnv('analyticsBucket'),
  hashKeyArn: requiredEnv('hashKeyArn'),
};

import { requiredEnv } from '../../aws/env.ts';

/** What `reporting` is told by the stack; read once, at load. */
export const environment = {
  stage: requiredEnv('stage'),
  bucket: requiredEnv('reportsBucket'),
  hashKeyArn: requiredEnv('hashKeyArn'),
};

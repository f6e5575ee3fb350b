import { readTargets } from '../../aws/delivery-targets.ts';
import { type Env, requiredEnv } from '../../aws/env.ts';
import { readBreakerEnv } from '../../breaker/make-breakers.ts';

export type ResendEnv = ReturnType<typeof readEnv>;

/** The environment variables of `resend`. */
export const readEnv = (env: Env) => ({
  ...readBreakerEnv(env),
  targets: readTargets(env),
  resourcesTable: requiredEnv('resourcesTable', env),
  deliveryQueueUrl: requiredEnv('deliveryQueueUrl', env),
});

import { readTargets } from '../../aws/delivery-targets.ts';
import { type Env, requiredEnv } from '../../aws/env.ts';
import { readBreakerEnvironment } from '../../breaker/make-breakers.ts';

export type ResendEnvironment = ReturnType<typeof readEnvironment>;

/** The environment variables of `resend`. */
export const readEnvironment = (env: Env) => ({
  ...readBreakerEnvironment(env),
  targets: readTargets(env),
  resourcesTable: requiredEnv('resourcesTable', env),
  deliveryQueueUrl: requiredEnv('deliveryQueueUrl', env),
});

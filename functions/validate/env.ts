import { type Env, readSettings, requiredEnv } from '../../aws/env.ts';
import { readSenders } from '../../aws/sources.ts';
import { readBreakerEnv } from '../../breaker/make-breakers.ts';
import { laneSchema } from '../../core/message/messages.ts';
import { ENV } from '../../telemetry/env-names.ts';
import { validateSettingsSchema } from './settings.ts';
import { readTerminology } from './terminology/env.ts';

export type ValidateEnv = ReturnType<typeof readEnv>;

/** The environment variables that the stack gives `validate`. */
export const readEnv = (env: Env) => {
  const settings = readSettings(validateSettingsSchema, env);
  const terminology = readTerminology(env);
  const hasBreakers = terminology !== undefined || settings.plugins.length > 0;
  return {
    settings,
    /** Absent if no terminology server is configured. */
    terminology,
    /** Present if a terminology server or plugins are configured. */
    breakers: hasBreakers ? readBreakerEnv(env) : undefined,
    lane: laneSchema.parse(requiredEnv('lane', env)),
    laneQueueArn: requiredEnv('laneQueueArn', env),
    laneQueueUrl: requiredEnv('laneQueueUrl', env),
    isolationQueueUrl: requiredEnv('isolationQueueUrl', env),
    deadLetterQueueUrl: requiredEnv('deadLetterQueueUrl', env),
    resourcesTable: requiredEnv('resourcesTable', env),
    quarantineTable: requiredEnv('quarantineTable', env),
    keptDays: Number(env[ENV.quarantineDays]),
    inFlightTable: requiredEnv('inFlightTable', env),
    erasuresTable: requiredEnv('erasuresTable', env),
    hashKeyArn: requiredEnv('hashKeyArn', env),
    bucket: requiredEnv('bodiesBucket', env),
    crashesTopicArn: requiredEnv('crashesTopicArn', env),
    outcomesTopicArn: requiredEnv('outcomesTopicArn', env),
    senders: readSenders(env),
    /** Absent if nothing is delivered. */
    deliveryQueueUrl: env[ENV.deliveryQueueUrl],
    /** Absent if no source has a rate. */
    ratesTable: env[ENV.ratesTable],
    /** Present if sources are configured. */
    auditQueueUrl: env[ENV.auditQueueUrl],
    chaos: env[ENV.chaos] === 'on',
  };
};

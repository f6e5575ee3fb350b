import { type Env, readSettings, requiredEnv } from '../../aws/env.ts';
import { incidentSettingsSchema } from './settings.ts';

export type IncidentEnv = ReturnType<typeof readEnv>;

/** The environment variables of `incident`. */
export function readEnv(env: Env) {
  const settings = readSettings(incidentSettingsSchema, env);
  return {
    settings,
    stage: requiredEnv('stage', env),
    table: requiredEnv('incidentsTable', env),
    auditQueueUrl: requiredEnv('auditQueueUrl', env),
    hashKeyArn: requiredEnv('hashKeyArn', env),
    supervisorQueueUrl:
      settings.remediation === 'off' ? '' : requiredEnv('supervisorQueueUrl', env),
    oncallTopicArn: requiredEnv('oncallTopicArn', env),
    managementTopicArn: requiredEnv('managementTopicArn', env),
  };
}

import { readSettings, requiredEnv } from '../../aws/env.ts';
import type { Audience } from '../../core/incident/incident-steps.ts';
import { incidentSettingsSchema } from './settings.ts';

/** What `incident` is told by the stack; read once, at load. */
export const settings = readSettings(incidentSettingsSchema);

export const environment = {
  stage: requiredEnv('stage'),
  table: requiredEnv('incidentsTable'),
  auditQueueUrl: requiredEnv('auditQueueUrl'),
  hashKeyArn: requiredEnv('hashKeyArn'),
  supervisorQueueUrl: settings.remediation === 'off' ? '' : requiredEnv('supervisorQueueUrl'),
  topics: {
    oncall: requiredEnv('oncallTopicArn'),
    management: requiredEnv('managementTopicArn'),
  } satisfies Record<Audience, string>,
};

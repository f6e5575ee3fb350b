import type { Audience } from '../../core/incident.ts';
import { readSettings, requiredEnv } from '../aws/env.ts';
import { incidentSettingsSchema } from './settings.ts';

/** What `incident` is told by the stack; read once, at load. */
export const settings = readSettings(incidentSettingsSchema);

export const environment = {
  stage: requiredEnv('stage'),
  table: requiredEnv('incidentsTable'),
  topics: {
    oncall: requiredEnv('oncallTopicArn'),
    management: requiredEnv('managementTopicArn'),
  } satisfies Record<Audience, string>,
};

import {
  type Env,
  EnvironmentIncomplete,
  readPublishers,
  readSettings,
  requiredEnv,
} from '../../aws/env.ts';
import { FHIR_SERVER } from '../../core/delivery/delivery-targets.ts';
import { ENV } from '../../telemetry/env-names.ts';
import { supervisedLanesSchema, supervisorSettingsSchema } from './settings.ts';

export type SupervisorEnv = ReturnType<typeof readEnv>;

/** The environment variables of `supervisor`. */
export const readEnv = (env: Env) => ({
  settings: readSettings(supervisorSettingsSchema, env),
  table: requiredEnv('supervisionTable', env),
  incidentQueueUrl: requiredEnv('incidentQueueUrl', env),
  auditQueueUrl: requiredEnv('auditQueueUrl', env),
  publishers: readPublishers(env),
  /** Absent if there is no delivery lane. */
  breakersTable: env[ENV.breakersTable],
  /** The breakers of the servers that it delivers to. */
  deliveryServices: (env[ENV.deliveryServices] ?? FHIR_SERVER).split(','),
  lanes: readLanes(requiredEnv('supervisedLanes', env)),
});

function readLanes(text: string) {
  try {
    return supervisedLanesSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new EnvironmentIncomplete(ENV.supervisedLanes, 'does not name the lanes', { cause });
  }
}

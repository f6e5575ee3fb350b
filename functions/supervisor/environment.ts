import { EnvironmentIncomplete, readSettings, readTellers, requiredEnv } from '../../aws/env.ts';
import { FHIR_SERVER } from '../../core/delivery/delivery-targets.ts';
import { ENV } from '../../telemetry/env-names.ts';
import { supervisedLanesSchema, supervisorSettingsSchema } from './settings.ts';

export const COMPONENT = 'supervisor';

/** What `supervisor` is told by the stack; read once, at load. */
export const settings = readSettings(supervisorSettingsSchema);

export const environment = {
  table: requiredEnv('supervisionTable'),
  incidentQueueUrl: requiredEnv('incidentQueueUrl'),
  auditQueueUrl: requiredEnv('auditQueueUrl'),
  tellers: readTellers(process.env),
  /** Absent where there is no delivery lane. */
  breakersTable: process.env[ENV.breakersTable],
  /** The breakers of the servers that it delivers to. */
  deliveryServices: (process.env[ENV.deliveryServices] ?? FHIR_SERVER).split(','),
  lanes: readLanes(requiredEnv('supervisedLanes')),
};

function readLanes(text: string) {
  try {
    return supervisedLanesSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new EnvironmentIncomplete(ENV.supervisedLanes, 'does not name the lanes', { cause });
  }
}

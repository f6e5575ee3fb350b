import { z } from 'zod';
import { readSettings, requiredEnv } from '../../../aws/env.ts';
import { ENV } from '../../../telemetry/env-names.ts';
import { terminologySettingsSchema } from './settings.ts';

/** What `validate` is told where a terminology server is asked; read once, at load. */
export const { terminology: settings } = readSettings(
  z.object({ terminology: terminologySettingsSchema.prefault({}) }),
);

export const environment = {
  /** The base URL of its FHIR API, without a slash at its end. */
  endpoint: requiredEnv('terminologyEndpoint').replace(/\/+$/, ''),
  table: requiredEnv('terminologyTable'),
  tokenArn: process.env[ENV.terminologyTokenArn],
};

import { z } from 'zod';
import { readSettings, requiredEnv } from '../../../aws/env.ts';
import { ENV } from '../../../telemetry/env-names.ts';
import { clients } from '../environment.ts';
import { terminologySettingsSchema } from './settings.ts';

const { env } = process;
const arn = env[ENV.terminologyTokenArn];

/** What `validate` is told where a terminology server is asked; read once, at load. */
export const { terminology: settings } = readSettings(
  z.object({ terminology: terminologySettingsSchema.prefault({}) }),
  env,
);

export const environment = {
  /** The base URL of its FHIR API, without a slash at its end. */
  endpoint: requiredEnv('terminologyEndpoint', env).replace(/\/+$/, ''),
  table: { name: requiredEnv('terminologyTable', env), dynamo: clients.hastyDynamo },
  token: arn === undefined ? undefined : { arn, secrets: clients.secrets },
};

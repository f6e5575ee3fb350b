import * as z from 'zod';
import { type Env, readSettings, requiredEnv } from '../../../aws/env.ts';
import { ENV } from '../../../telemetry/env-names.ts';
import { terminologySettingsSchema } from './settings.ts';

export type TerminologyEnv = NonNullable<ReturnType<typeof readTerminology>>;

/** The environment variables about the terminology server; undefined if none is configured. */
export function readTerminology(env: Env) {
  if (env[ENV.terminologyEndpoint] === undefined) return undefined;
  const schema = z.object({ terminology: terminologySettingsSchema });
  return {
    settings: readSettings(schema, env).terminology,
    /** The base URL of its FHIR API, without a slash at the end. */
    endpoint: requiredEnv('terminologyEndpoint', env).replace(/\/+$/, ''),
    table: requiredEnv('terminologyTable', env),
    /** Absent if it requires none. */
    tokenArn: env[ENV.terminologyTokenArn],
  };
}

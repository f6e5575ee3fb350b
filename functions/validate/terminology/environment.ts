import { z } from 'zod';
import { type Env, readSettings, requiredEnv } from '../../../aws/env.ts';
import { ENV } from '../../../telemetry/env-names.ts';
import { terminologySettingsSchema } from './settings.ts';

export type TerminologyEnvironment = NonNullable<ReturnType<typeof readTerminology>>;

/** What `validate` is told of the terminology server; undefined where none is asked. */
export function readTerminology(env: Env) {
  if (env[ENV.terminologyEndpoint] === undefined) return undefined;
  const schema = z.object({ terminology: terminologySettingsSchema });
  return {
    settings: readSettings(schema, env).terminology,
    /** The base URL of its FHIR API, without a slash at its end. */
    endpoint: requiredEnv('terminologyEndpoint', env).replace(/\/+$/, ''),
    table: requiredEnv('terminologyTable', env),
    /** Absent where it asks for none. */
    tokenArn: env[ENV.terminologyTokenArn],
  };
}

import { ENV } from '../telemetry/env-names.ts';
import { METRICS_NAMESPACE, serviceOf } from '../telemetry/metrics.ts';
import { startRecorder, Traces } from '../telemetry/traces.ts';
import type { Env } from './env.ts';
import { type Machine, realMachine } from './machine.ts';

/** The traces of a function, recorded if its environment variables name a collector. */
export async function tracesOf(
  env: Env,
  { now, later }: Pick<Machine, 'now' | 'later'> = realMachine,
): Promise<Traces> {
  const endpoint = env[ENV.tracesEndpoint];
  if (endpoint === undefined) return new Traces();
  const recorder = await startRecorder({
    endpoint,
    ratio: Number(env[ENV.tracesRatio] ?? 1),
    service: env['AWS_LAMBDA_FUNCTION_NAME'] ?? METRICS_NAMESPACE,
    namespace: serviceOf(env[ENV.stage] ?? 'dev'),
    now,
    later,
  });
  return new Traces(recorder);
}

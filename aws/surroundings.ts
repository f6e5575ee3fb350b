/** What every function needs besides its clients, created from its environment variables. */
import { ENV } from '../telemetry/env-names.ts';
import { startTelemetry, type Telemetry } from '../telemetry/telemetry.ts';
import type { Env } from './env.ts';
import { type Machine, realMachine } from './machine.ts';

export interface Surroundings extends Machine {
  readonly telemetry: Telemetry;
}

export function surroundings(env: Env): Surroundings {
  const telemetry = startTelemetry({
    stage: env[ENV.stage] ?? 'dev',
    memoryMb: Number(env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE']),
    now: realMachine.now,
  });
  return { ...realMachine, telemetry };
}

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type * as z from 'zod';
import { type Publishers, publishersSchema } from '../core/audit/publishers.ts';
import { ENV } from '../telemetry/env-names.ts';

/** Environment variables. */
export type Env = Readonly<Record<string, string | undefined>>;

/** The stack did not give the function what it needs. Thrown while loading. */
export class EnvironmentIncomplete extends Error {
  override readonly name = 'EnvironmentIncomplete';
  readonly variable: string;

  constructor(variable: string, problem: string, options?: ErrorOptions) {
    super(`Environment variable ${variable} ${problem}`, options);
    this.variable = variable;
  }
}

/**
 * Value of a required variable. Read while the function loads, so that a bad deployment fails at
 * once.
 */
export function requiredEnv(name: keyof typeof ENV, env: Env): string {
  const value = env[ENV[name]];
  if (value === undefined || value === '') throw new EnvironmentIncomplete(ENV[name], 'is not set');
  return value;
}

/** Who may publish what to the function's queue (R40). There is no default: without it the load fails. */
export function readPublishers(env: Env): Publishers {
  try {
    return publishersSchema.parse(JSON.parse(requiredEnv('publishers', env)));
  } catch (cause) {
    throw new EnvironmentIncomplete(ENV.publishers, 'does not list who may publish', { cause });
  }
}

/**
 * The JSON in a file next to the code, which a variable names. A function's environment variables
 * hold 4 KB in all; a file has no such limit.
 */
export function fileBeside<S extends z.ZodType>(
  name: keyof typeof ENV,
  schema: S,
  env: Env,
): z.infer<S> | undefined {
  const file = env[ENV[name]];
  if (file === undefined) return undefined;
  const path = resolve(env['LAMBDA_TASK_ROOT'] ?? '.', file);
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    throw new EnvironmentIncomplete(ENV[name], 'names no file that can be read', { cause });
  }
}

/** The settings of a function, checked; each that is missing or wrong is named. */
export function readSettings<S extends z.ZodType>(schema: S, env: Env): z.infer<S> {
  const { success, data, error } = schema.safeParse(settingsIn(env), {
    error: ({ input }) => (input === undefined ? 'missing' : undefined),
  });
  if (success) return data;
  const wrong = error.issues.map(({ path, message }) => `${path.join('.')} (${message})`);
  const problem = `does not hold valid settings: ${wrong.join(', ')}`;
  throw new EnvironmentIncomplete(ENV.settings, problem, { cause: error });
}

function settingsIn(env: Env): unknown {
  const text = requiredEnv('settings', env);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new EnvironmentIncomplete(ENV.settings, 'does not hold JSON', { cause });
  }
}

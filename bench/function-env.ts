/** Environment variables of the functions, from the built template, for functions that run without a runtime. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BuildTarget, ensureBuilt } from '../demo/build.ts';

const ROOT = join(import.meta.dirname, '..');

interface BuiltFunction {
  readonly Environment?: { readonly Variables?: Readonly<Record<string, unknown>> };
}

/**
 * By the function's name without the stage's prefix. What the template leaves to the deployment gets a name.
 */
export async function functionEnvs(
  target: BuildTarget,
): Promise<Map<string, Record<string, string>>> {
  await ensureBuilt(ROOT, console.error, target);
  const file = join(ROOT, target.assembly, 'fhir-failsafe-dev.template.json');
  const { Resources } = JSON.parse(await readFile(file, 'utf8')) as {
    Resources: Record<string, { Properties?: BuiltFunction & { FunctionName?: unknown } }>;
  };
  const envs = new Map<string, Record<string, string>>();
  for (const { Properties: { FunctionName, Environment } = {} } of Object.values(Resources)) {
    if (typeof FunctionName !== 'string') continue;
    envs.set(FunctionName.replace('fhir-failsafe-dev-', ''), named(Environment?.Variables ?? {}));
  }
  return envs;
}

function named(variables: Readonly<Record<string, unknown>>): Record<string, string> {
  const entries = Object.entries(variables).map(([name, value]) => [name, textOf(value, name)]);
  return {
    ...Object.fromEntries(entries),
    PATH: process.env['PATH'] ?? '',
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
    AWS_SESSION_TOKEN: 'bench',
  };
}

function textOf(value: unknown, name: string): string {
  if (typeof value === 'string') return value;
  const { 'Fn::Join': [, parts] = [] } = value as { readonly 'Fn::Join'?: readonly unknown[] };
  if (Array.isArray(parts)) return parts.map((part) => textOf(part, name)).join('');
  return `arn:aws:sqs:us-east-1:000000000000:${name}`;
}

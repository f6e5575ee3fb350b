/**
 * What the worlds of the tests consist of (world.ts beside this): the queues, topics, tables and buckets of
 * the synthesized template, and the environment variables of each function. Synthesized once for a whole
 * run, and again only if the sources changed. Beside it are the templates that tests read (lib/synthesized.ts).
 */
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type PermissionRow,
  type PermissionsTemplate,
  permissionRows,
} from '../../lib/checks/permissions.ts';
import { type Plan, planOf } from '../../packages/local-lambda/template/plan.ts';
import { TEMPLATES } from './cdk-context.ts';

/** The environment variable with the file of the plan. */
export const WORLD_PLAN = 'TEST_WORLD_PLAN';

/** Placeholders in the plan for the stage, and for the address of SQS. */
export const STAGE = 'teststage';
export const ENDPOINT = 'http://sqs.test.invalid';

export interface WorldPlan
  extends Pick<Plan, 'queues' | 'topics' | 'subscriptions' | 'tables' | 'buckets' | 'mappings'> {
  /** Of the secret that keys the hashes. */
  readonly hashKeyArn: string;
  /** The environment variables of each function, by its name without the stack's. */
  readonly variables: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** What each function may do. */
  readonly permissions: readonly PermissionRow[];
}

const ROOT = join(import.meta.dirname, '..', '..');
const SOURCES = ['aws', 'core', 'functions', 'lib', 'packages', 'telemetry', 'terminal'];
const OTHERS = [
  'cdk.json',
  'failsafe.config.ts',
  'package-lock.json',
  'test/lib/synthesized.ts',
  'test/support/cdk-context.ts',
  'test/support/local-assembly.ts',
  'test/support/world-plan.ts',
];

export default async function setup() {
  if (process.env[WORLD_PLAN] !== undefined) return;
  const all = join(ROOT, 'node_modules', '.cache', 'synthesized');
  const folder = join(all, digestOfSources());
  const file = join(folder, 'plan.json');
  process.env[WORLD_PLAN] = file;
  process.env[TEMPLATES] = folder;
  if (existsSync(file)) return;
  // What other sources gave.
  rmSync(all, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, JSON.stringify(await synthesize()));
}

function digestOfSources(): string {
  const sources = SOURCES.flatMap((name) =>
    globSync(`${name}/**/*.ts`, {
      cwd: ROOT,
      exclude: ['**/node_modules', '**/generated', '**/dist'],
    }),
  );
  const hash = createHash('sha256');
  const plugins = globSync('build/plugins/*.wasm', { cwd: ROOT });
  for (const name of [...sources, ...OTHERS, ...plugins].sort()) {
    hash.update(name).update(readFileSync(join(ROOT, name)));
  }
  return hash.digest('hex').slice(0, 16);
}

/** The stack with a delivery lane, a terminology server and injected faults. */
async function synthesize(): Promise<WorldPlan> {
  const { localAssembly } = await import('./local-assembly.ts');
  const assembly = localAssembly({ stage: STAGE, chaos: 'on' });
  const plan = planOf(assembly, ENDPOINT);
  const permissions = permissionRows(assembly.template as unknown as PermissionsTemplate);
  const { queues, topics, subscriptions, tables, buckets, mappings, functions, secrets } = plan;
  const variables = Object.fromEntries(
    functions.map(({ name, properties }) => [
      name.replace(`${plan.stackName}-`, ''),
      properties.Environment?.Variables ?? {},
    ]),
  );
  const hashKeyArn = secrets[0]?.arn ?? '';
  return {
    ...{ queues, topics, subscriptions, tables, buckets, mappings },
    ...{ variables, permissions, hashKeyArn },
  };
}

/**
 * What the worlds of the tests consist of (world.ts beside this): the queues, topics, tables and buckets of
 * the synthesized template, and the environment variables of each function. Synthesized once for a whole
 * run, and again only if the sources changed.
 */
import { createHash } from 'node:crypto';
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Plan, planOf } from '../../packages/local-lambda/template/plan.ts';

/** The environment variable with the file of the plan. */
export const WORLD_PLAN = 'TEST_WORLD_PLAN';

/** Placeholders in it for the stage, and for the address of SQS. */
export const STAGE = 'teststage';
export const ENDPOINT = 'http://sqs.test.invalid';

export interface WorldPlan
  extends Pick<Plan, 'queues' | 'topics' | 'subscriptions' | 'tables' | 'buckets' | 'mappings'> {
  /** Of the secret that keys the hashes. */
  readonly hashKeyArn: string;
  /** The environment variables of each function, by its name without the stack's. */
  readonly variables: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const ROOT = join(import.meta.dirname, '..', '..');
const SOURCES = ['aws', 'core', 'functions', 'lib', 'packages', 'telemetry', 'terminal'];
const OTHERS = [
  'cdk.json',
  'failsafe.config.ts',
  'package-lock.json',
  'test/support/world-plan.ts',
];

export default async function setup() {
  if (process.env[WORLD_PLAN] !== undefined) return;
  const folder = join(ROOT, 'node_modules', '.cache', 'world-plan');
  const file = join(folder, `${digestOfSources()}.json`);
  process.env[WORLD_PLAN] = file;
  if (globSync(file).length > 0) return;
  const plan = JSON.stringify(await synthesize());
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, plan);
}

function digestOfSources(): string {
  const sources = SOURCES.flatMap((name) =>
    globSync(`${name}/**/*.ts`, {
      cwd: ROOT,
      exclude: ['**/node_modules', '**/generated', '**/dist'],
    }),
  );
  const hash = createHash('sha256');
  for (const name of [...sources, ...OTHERS].sort()) {
    hash.update(name).update(readFileSync(join(ROOT, name)));
  }
  return hash.digest('hex').slice(0, 16);
}

/** The stack with a delivery lane, a terminology server and injected faults. */
async function synthesize(): Promise<WorldPlan> {
  const { localAssembly } = await import('./local-assembly.ts');
  const plan = planOf(localAssembly({ stage: STAGE, chaos: 'on' }), ENDPOINT);
  const { queues, topics, subscriptions, tables, buckets, mappings, functions, secrets } = plan;
  const variables = Object.fromEntries(
    functions.map(({ name, properties }) => [
      name.replace(`${plan.stackName}-`, ''),
      properties.Environment?.Variables ?? {},
    ]),
  );
  const hashKeyArn = secrets[0]?.arn ?? '';
  return { queues, topics, subscriptions, tables, buckets, mappings, variables, hashKeyArn };
}

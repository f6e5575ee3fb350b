/** What a run deploys: the stack, synthesized from a config with every part switched on. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { App } from 'aws-cdk-lib';
import type { Config, ConfigInput } from '../lib/config/config.ts';
import { loadConfig } from '../lib/config/config-load.ts';
import { FUNCTION_NAMES } from '../lib/constructs/function-names.ts';
import { SOURCES_FILE, sourceFiles } from '../lib/constructs/sources.ts';
import { PipelineStack } from '../lib/pipeline-stack.ts';
import { readAssembly } from '../packages/local-lambda/template/assembly.ts';
import { type Plan, planOf } from '../packages/local-lambda/template/plan.ts';
import { OPERATOR, SENDERS, SERVERS, TOKEN_SECRETS } from './outside.ts';
import { RATES, sourcesFileOf } from './settings.ts';

/** Small limits are reached by few messages. */
const configWith = (ratePerMinute: number): ConfigInput => ({
  delivery: { endpoint: SERVERS.shared, tokenSecretArn: TOKEN_SECRETS.shared, inFlightMax: 100 },
  lanes: { background: { batchSize: 30 } },
  terminology: { endpoint: SERVERS.terminology },
  incident: { remediation: 'pause-lane' },
  sources: {
    operators: [OPERATOR],
    operatorArns: ['arn:aws:iam::000000000000:role/operator'],
    known: {
      'hospital-a': { senders: [SENDERS['hospital-a']], delivery: { idPrefix: 'a-' } },
      'hospital-b': { senders: [SENDERS['hospital-b']], delivery: { idPrefix: 'b-' } },
      clinic: {
        senders: [SENDERS.clinic],
        ratePerMinute,
        delivery: { endpoint: SERVERS.clinic, tokenSecretArn: TOKEN_SECRETS.clinic },
      },
    },
  },
});

/** Nobody reaches it. */
const HIGH_RATE = 6_000;

/** The files beside the code of each function, also those for runs that draw a lower rate (settings.ts). */
function filesOf(config: Config): Readonly<Record<string, Readonly<Record<string, string>>>> {
  const files = sourceFiles(config);
  for (const rate of RATES) {
    const limited = sourceFiles(loadConfig(configWith(rate), {}));
    for (const [name, { [SOURCES_FILE]: rules }] of Object.entries(limited)) {
      if (rules !== undefined) files[name] = { ...files[name], [sourcesFileOf(rate)]: rules };
    }
  }
  return files;
}

export interface Deployment {
  readonly plan: Plan;
  /** Deletes the files of the functions' code. */
  dispose(): Promise<void>;
}

/** The bundles are nearly empty: the functions run from source. */
export async function deploy(): Promise<Deployment> {
  const config = loadConfig(configWith(HIGH_RATE), {});
  const folder = await mkdtemp(join(tmpdir(), 'simulation-'));
  const bundles = join(folder, 'functions');
  const files = filesOf(config);
  for (const name of FUNCTION_NAMES) {
    await writeBundle(join(bundles, name), { 'handler.mjs': `// ${name}\n`, ...files[name] });
  }
  const outdir = join(folder, 'out');
  // A deployment validates the template. Here that would take longer than a run.
  const context = await featureFlags();
  const app = new App({
    outdir,
    autoSynth: false,
    context,
    builtinCloudFormationValidation: false,
  });
  new PipelineStack(app, `fhir-failsafe-${config.stage}`, { config, bundles });
  app.synth();
  const plan = planOf(await readAssembly(outdir), 'https://sqs.simulated');
  return { plan, dispose: () => rm(folder, { recursive: true, force: true }) };
}

async function writeBundle(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
}

async function featureFlags(): Promise<Record<string, unknown>> {
  const text = await readFile(join(import.meta.dirname, '../cdk.json'), 'utf8');
  const { context } = JSON.parse(text) as { context: Record<string, unknown> };
  return context;
}

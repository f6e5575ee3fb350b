/** `cdk.json` runs this: config, bundles, stack. Prints each error in one line. */

import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import fileConfig from '../failsafe.config.ts';
import { runToEnd } from '../terminal/explain-error.ts';
import { type BundleSize, bundleFunctions } from './bundle/bundle.ts';
import { copyPlugins } from './bundle/plugin-files.ts';
import { checkLimits } from './checks/aws-limits.ts';
import { destinationsOf, destinationsTable } from './checks/destinations.ts';
import { addNag } from './checks/nag.ts';
import { planConcurrency } from './config/concurrency.ts';
import { loadConfig } from './config/config-load.ts';
import { FUNCTION_NAMES } from './constructs/function-names.ts';
import { functionsOf } from './constructs/pipeline-function.ts';
import { sourceFiles } from './constructs/sources.ts';
import { tracedFunctions } from './constructs/traces.ts';
import { PipelineStack } from './pipeline-stack.ts';

const root = join(import.meta.dirname, '..');

function say({ name, bytes, validatorBytes }: BundleSize): string {
  const kb = (value: number) => `${Math.round(value / 1000)} kB`;
  const validator = validatorBytes > 0 ? `, of which the validator ${kb(validatorBytes)}` : '';
  return `bundle ${name}: ${kb(bytes)}${validator}`;
}

async function synthesize(): Promise<void> {
  const app = new App({ autoSynth: false });
  const config = loadConfig(fileConfig, app.node.getAllContext());
  for (const note of planConcurrency(config).notes) console.error(note);
  const bundles = join(root, 'build', 'functions');
  const files = sourceFiles(config);
  const sizes = await bundleFunctions({
    names: FUNCTION_NAMES,
    root,
    outDir: bundles,
    files,
    traced: tracedFunctions(config),
  });
  await copyPlugins(config, root, join(bundles, 'validate'));
  for (const size of sizes) console.error(say(size));
  const stack = new PipelineStack(app, `fhir-failsafe-${config.stage}`, { config, bundles });
  const destinations = functionsOf(stack).map((each) => destinationsOf(each, config));
  for (const line of destinationsTable(destinations, config)) console.error(line);
  addNag(app);
  checkLimits(app.synth().getStackArtifact(stack.artifactId).template);
}

await runToEnd(synthesize);

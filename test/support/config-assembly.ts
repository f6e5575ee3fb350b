/** The stack for a config, synthesized into a folder of its own. What is in build/ stays. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { bundleFunctions } from '../../lib/bundle/bundle.ts';
import type { ConfigInput } from '../../lib/config/config.ts';
import { loadConfig } from '../../lib/config/config-load.ts';
import { FUNCTION_NAMES } from '../../lib/constructs/function-names.ts';
import { sourceFiles } from '../../lib/constructs/sources.ts';
import { PipelineStack } from '../../lib/pipeline-stack.ts';
import { cdkContext } from './cdk-context.ts';

const root = join(import.meta.dirname, '..', '..');

/** The validator has to be compiled. */
export async function configAssembly(
  file: ConfigInput,
): Promise<{ directory: string; dispose(): Promise<void> }> {
  const config = loadConfig(file, {});
  const folder = await mkdtemp(join(tmpdir(), 'assembly-'));
  const directory = join(folder, 'out');
  const bundles = join(folder, 'functions');
  const files = sourceFiles(config);
  await bundleFunctions({ names: FUNCTION_NAMES, root, outDir: bundles, files });
  const app = new App({
    outdir: directory,
    autoSynth: false,
    context: cdkContext,
    // As in test/lib/synthesized.ts.
    builtinCloudFormationValidation: false,
  });
  new PipelineStack(app, `fhir-failsafe-${config.stage}`, { config, bundles });
  app.synth();
  return { directory, dispose: () => rm(folder, { recursive: true, force: true }) };
}

/** The stack as `cdk synth` makes it, with almost empty bundles. */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { SUPERVISION_TREE } from '../../core/supervision/supervision-tree.ts';
import type { ConfigInput } from '../../lib/config/config.ts';
import { loadConfig } from '../../lib/config/config-load.ts';
import { FUNCTION_NAMES } from '../../lib/constructs/function-names.ts';
import { PipelineStack } from '../../lib/pipeline-stack.ts';
import { cdkContext, TEMPLATES } from '../support/cdk-context.ts';

/** Logical resources of a template, with the properties that tests read. */
export interface TestResource {
  readonly Type: string;
  readonly DeletionPolicy?: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

const folder = mkdtempSync(join(tmpdir(), 'failsafe-synth-'));

/** The almost empty bundles of the functions. */
export const bundles = join(folder, 'bundles');
for (const name of FUNCTION_NAMES) {
  mkdirSync(join(bundles, name), { recursive: true });
  writeFileSync(join(bundles, name, 'handler.mjs'), `export const handler = '${name}';\n`);
}

/** App and stack for a context such as `{ stage: 'prod' }`, with the feature flags of cdk.json. */
export function buildStack(
  context: Readonly<Record<string, string>> = {},
  file: ConfigInput = {},
  tree = SUPERVISION_TREE,
  built = bundles,
) {
  const app = new App({
    autoSynth: false,
    context: cdkContext,
    outdir: mkdtempSync(join(folder, 'out-')),
    // It takes five seconds of processor time, and \`npm run synth\` does it.
    builtinCloudFormationValidation: false,
  });
  const config = loadConfig(file, context);
  const stack = new PipelineStack(app, `fhir-failsafe-${config.stage}`, {
    ...{ config, bundles: built, tree },
  });
  return { app, stack };
}

/** The template for a context and a config: synthesized by the first process that asks for it. */
export function synthesized(
  context: Readonly<Record<string, string>> = {},
  file: ConfigInput = {},
): Template {
  const templates = process.env[TEMPLATES];
  const synthesize = () => Template.fromStack(buildStack(context, file).stack);
  if (templates === undefined) return synthesize();
  const asked = JSON.stringify([Object.entries(context).sort(), file]);
  const path = join(templates, `${createHash('sha256').update(asked).digest('hex')}.json`);
  if (!existsSync(path)) {
    const whole = join(mkdtempSync(join(folder, 'template-')), 'template.json');
    writeFileSync(whole, JSON.stringify(synthesize().toJSON()));
    renameSync(whole, path);
  }
  return Template.fromJSON(JSON.parse(readFileSync(path, 'utf8')));
}

/** All resources of a type, by their logical id. */
export const resourcesOf = (template: Template, type: string) =>
  template.findResources(type) as Record<string, TestResource>;

/** All resources of a type, by their physical name, or logical id if they have none. */
export function byName(template: Template, type: string, name: string): Map<string, TestResource> {
  return new Map(
    Object.entries(resourcesOf(template, type)).map(([id, resource]) => [
      String(resource.Properties[name] ?? id),
      resource,
    ]),
  );
}

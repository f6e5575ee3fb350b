/** The example plugins as a worker has them, and resources that make one misbehave. */
import { readFileSync } from 'node:fs';
import type { Plugin } from '../../functions/validate/plugins/plugin.ts';
import { buildPlugins, moduleOf } from '../../plugins/build.ts';
import { patient } from './resources.ts';

const PLUGIN_CHAOS_SYSTEM = 'https://fhir-failsafe.dev/chaos-plugin';
export const CPF_SYSTEM = 'http://rnds-fhir.saude.gov.br/fhir/r4/NamingSystem/cpf';

export type PluginFault = 'crash' | 'exit' | 'garble' | 'flood' | 'hang' | 'grow';

await buildPlugins();

type Example = 'cpf' | 'chaos';

export const examplePlugin = (example: Example, settings: Partial<Plugin> = {}): Plugin => ({
  name: example,
  resourceTypes: [],
  required: true,
  deadlineMs: 500,
  module: new WebAssembly.Module(readFileSync(moduleOf(example))),
  ...settings,
});

/** The setting of `validate` for an example, built in its own folder. */
export const exampleSettings = (
  example: Example,
  settings: Partial<Omit<Plugin, 'module'>> = {},
) => {
  const { module: _, ...plugin } = examplePlugin(example, settings);
  return { ...plugin, file: `file://${moduleOf(example)}` };
};

export const pluginFaulty = (fault: PluginFault, fields: Record<string, unknown> = {}): string =>
  patient({ meta: { tag: [{ system: PLUGIN_CHAOS_SYSTEM, code: fault }] }, ...fields });

export const patientWithCpf = (value: string, fields: Record<string, unknown> = {}): string =>
  patient({
    identifier: [
      { system: 'urn:x', value: '1' },
      { system: CPF_SYSTEM, value },
    ],
    ...fields,
  });

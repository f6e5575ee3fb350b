/** The stack with all that can be configured, as the local runtime reads it; without code. */
import type { Assembly, Template } from '../../packages/local-lambda/template/assembly.ts';
import { synthesized } from '../lib/synthesized.ts';

export function localAssembly(): Assembly {
  const template = synthesized({
    'delivery.endpoint': 'https://fhir.example.org/r4',
    'terminology.endpoint': 'https://tx.example.org/r4',
  });
  return {
    stackName: 'fhir-failsafe-dev',
    template: template.toJSON() as Template,
    assets: new Map(),
  };
}

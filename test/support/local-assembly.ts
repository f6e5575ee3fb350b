/** The stack with every option configured, as the local runtime reads it; without code. */
import type { Assembly, Template } from '../../packages/local-lambda/template/assembly.ts';
import { synthesized } from '../lib/synthesized.ts';

export function localAssembly(context: Readonly<Record<string, string>> = {}): Assembly {
  const template = synthesized({
    'delivery.endpoint': 'https://fhir.example.org/r4',
    'terminology.endpoint': 'https://tx.example.org/r4',
    ...context,
  }).toJSON() as Template;
  const functions = Object.values(template.Resources).filter(
    ({ Type }) => Type === 'AWS::Lambda::Function',
  );
  const assets = functions.map(({ Properties }) => {
    const { S3Key } = Properties['Code'] as { readonly S3Key: string };
    return [S3Key, 'no code'] as const;
  });
  return {
    stackName: `fhir-failsafe-${context['stage'] ?? 'dev'}`,
    template,
    assets: new Map(assets),
  };
}

/** The resources of a template that say who may do what, and those that they guard. */
import type { Template } from '../template/assembly.ts';
import type { TemplateReferences } from '../template/references.ts';
import { resolveValue } from '../template/resolve.ts';

export type Properties = Readonly<Record<string, unknown>>;
/** Its intrinsic functions are resolved. */
export type Resource = {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Properties;
};

const TYPES =
  /^AWS::(?:IAM::|KMS::|Lambda::(?:Function|Permission)$|SQS::|SNS::Topic|S3::|DynamoDB::|SecretsManager::Secret$)/;

export function policiesAndWhatTheyGuard(
  template: Template,
  references: TemplateReferences,
): readonly Resource[] {
  return Object.entries(template.Resources)
    .filter(([, { Type }]) => TYPES.test(Type))
    .map(([logicalId, { Type, Properties }]) => ({
      logicalId,
      type: Type,
      properties: resolveValue(Properties, references, logicalId) as Properties,
    }));
}

export function ofType(all: readonly Resource[], ...types: string[]): readonly Resource[] {
  return all.filter(({ type }) => types.includes(type));
}

/** CloudFormation takes one value where it takes a list. */
export const list = (value: unknown) => (value === undefined ? [] : [value].flat()) as unknown[];

import { ACCOUNT, arn } from './account.ts';
import type { Template } from './assembly.ts';
import { type References, resolveString, TemplateError } from './resolve.ts';
import { identityOf } from './resource-types.ts';

/** A template's references, and the physical name of each of its resources. */
export type TemplateReferences = References & { nameOf(logicalId: string): string };

/**
 * Resolves Ref and Fn::GetAtt for a template deployed to the local account.
 * @param endpoint of SQS, for queue URLs
 */
export function referencesOf(
  template: Template,
  stackName: string,
  endpoint: string,
): TemplateReferences {
  const pseudo: Record<string, string> = {
    'AWS::AccountId': ACCOUNT.id,
    'AWS::Region': ACCOUNT.region,
    'AWS::Partition': ACCOUNT.partition,
    'AWS::URLSuffix': ACCOUNT.urlSuffix,
    'AWS::StackName': stackName,
    'AWS::StackId': arn('cloudformation', `stack/${stackName}/local`),
  };

  function find(logicalId: string, where: string) {
    const resource = template.Resources[logicalId];
    if (!resource) throw new TemplateError(`${where}: there is no resource ${logicalId}`);
    const identity = identityOf(resource.Type);
    if (!identity) {
      throw new TemplateError(`${logicalId}: ${resource.Type} is unknown to the local runtime`);
    }
    return { resource, identity };
  }

  function nameOf(logicalId: string): string {
    const { resource, identity } = find(logicalId, logicalId);
    const property = identity.nameProperty ?? '';
    const given = resource.Properties[property];
    if (given !== undefined) return resolveString(given, references, `${logicalId}.${property}`);
    const generated = `${stackName}-${logicalId}`;
    return resource.Type === 'AWS::S3::Bucket' ? generated.toLowerCase().slice(0, 63) : generated;
  }

  const references: TemplateReferences = {
    nameOf,
    ref(logicalId, where) {
      const known = pseudo[logicalId] ?? template.Parameters[logicalId]?.Default;
      if (known !== undefined) return String(known);
      return find(logicalId, where).identity.ref(nameOf(logicalId), endpoint);
    },
    getAtt(logicalId, attribute, where) {
      const { resource, identity } = find(logicalId, where);
      const answer = identity.attributes[attribute];
      if (answer) return answer(nameOf(logicalId), endpoint);
      throw new TemplateError(`${where}: ${resource.Type} has no attribute ${attribute} here`);
    },
  };
  return references;
}

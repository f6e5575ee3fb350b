/** The values of references in a stack as an emulator has deployed it. */
import assert from 'node:assert/strict';
import { isRecord } from '../aws/live/comparison.ts';
import { ACCOUNT, nameOfArn } from '../packages/local-lambda/template/account.ts';
import type { Template } from '../packages/local-lambda/template/assembly.ts';
import {
  type References,
  resolveValue,
  TemplateError,
} from '../packages/local-lambda/template/resolve.ts';
import { identityOf } from '../packages/local-lambda/template/resource-types.ts';
import type { EmulatorName } from './endpoint.ts';

/** What an emulator uses for AWS::URLSuffix: LocalStack its own host, which is in queue URLs. */
export function urlSuffixOf(emulator: EmulatorName, physical: ReadonlyMap<string, string>): string {
  const queueUrl = [...physical.values()].find((id) => /^https?:/.test(id));
  if (emulator !== 'LocalStack' || queueUrl === undefined) return ACCOUNT.urlSuffix;
  return new URL(queueUrl).hostname.replace(/^sqs\.[a-z0-9-]+\./, '');
}

export interface DeployedIds {
  readonly stackName: string;
  readonly stackId: string;
  /** Physical ids, by logical id. */
  readonly physical: ReadonlyMap<string, string>;
  /** Unique ids of roles, which the emulator draws, by the name of the role. */
  readonly roleIds: ReadonlyMap<string, string>;
  readonly urlSuffix: string;
}

/** Resolves Ref and Fn::GetAtt as the emulator did when it deployed. Both throw TemplateError. */
export function deployedReferences(
  template: Template,
  { stackName, stackId, physical, roleIds, urlSuffix }: DeployedIds,
): References {
  const pseudo: Record<string, string> = {
    'AWS::AccountId': ACCOUNT.id,
    'AWS::Region': ACCOUNT.region,
    'AWS::Partition': ACCOUNT.partition,
    'AWS::URLSuffix': urlSuffix,
    'AWS::StackName': stackName,
    'AWS::StackId': stackId,
  };
  const find = (logicalId: string, where: string) => {
    const id = physical.get(logicalId);
    if (id === undefined) throw new TemplateError(`${where}: ${logicalId} was not deployed`);
    return id;
  };
  return {
    ref: (logicalId, where) => {
      const known = pseudo[logicalId] ?? template.Parameters[logicalId]?.Default;
      return known === undefined ? find(logicalId, where) : String(known);
    },
    getAtt: (logicalId, attribute, where) => {
      const type = template.Resources[logicalId]?.Type ?? '';
      const answer = identityOf(type)?.attributes[attribute];
      if (!answer) throw new TemplateError(`${where}: ${type} has no attribute ${attribute} here`);
      const id = find(logicalId, where);
      if (attribute === 'RoleId') return roleIds.get(id) ?? answer(nameOf(id), '');
      return attribute.endsWith('Url') ? id : answer(nameOf(id), '');
    },
  };
}

/** A physical id may be an ARN, a queue's URL, or a name, which may contain slashes. */
const nameOf = (id: string) => (/^(arn|https?):/.test(id) ? nameOfArn(id) : id);

/** The properties of a resource as they should be live. */
export function resolvedProperties(
  template: Template,
  logicalId: string,
  references: References,
): Readonly<Record<string, unknown>> {
  const resolved = resolveValue(
    template.Resources[logicalId]?.Properties ?? {},
    references,
    logicalId,
  );
  assert(isRecord(resolved), `${logicalId} has properties by name`);
  return resolved;
}

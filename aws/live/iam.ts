import {
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  ListAttachedRolePoliciesCommand,
  type Role,
} from '@aws-sdk/client-iam';
import type { LiveClients, LiveProperties } from './live-property.ts';
import { parsePolicy } from './live-property.ts';

/** The unique id of each role, by its name. AWS and emulators draw it. */
export async function roleIdsOf(
  iam: LiveClients['iam'],
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const ids = names.map(async (RoleName) => {
    const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
    return [RoleName, Role?.RoleId ?? ''] as const;
  });
  return new Map(await Promise.all(ids));
}

const role =
  (pick: (role: Role) => unknown) =>
  async ({ iam }: LiveClients, RoleName: string) => {
    const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
    return Role && pick(Role);
  };

export const ROLE: LiveProperties = {
  AssumeRolePolicyDocument: {
    read: role((live) => parsePolicy(live.AssumeRolePolicyDocument)),
  },
  Description: { read: role((live) => live.Description) },
  ManagedPolicyArns: {
    read: async ({ iam }, RoleName) => {
      const answer = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
      return answer.AttachedPolicies?.map((policy) => policy.PolicyArn);
    },
  },
};

/** By the ARN of the policy. */
export const MANAGED_POLICY: LiveProperties = {
  Description: {
    read: async ({ iam }, PolicyArn) =>
      (await iam.send(new GetPolicyCommand({ PolicyArn }))).Policy?.Description,
  },
  Path: {
    read: async ({ iam }, PolicyArn) =>
      (await iam.send(new GetPolicyCommand({ PolicyArn }))).Policy?.Path,
  },
  PolicyDocument: {
    read: async ({ iam }, PolicyArn) => {
      const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn }));
      const VersionId = Policy?.DefaultVersionId;
      const answer = await iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId }));
      return parsePolicy(answer.PolicyVersion?.Document);
    },
  },
};

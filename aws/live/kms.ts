import {
  DescribeKeyCommand,
  EnableKeyRotationCommand,
  GetKeyPolicyCommand,
  GetKeyRotationStatusCommand,
  PutKeyPolicyCommand,
} from '@aws-sdk/client-kms';
import type { LiveProperties } from './live-property.ts';
import { NAME, parsePolicy, SAME } from './live-property.ts';

/** The only value there is; AWS implies it, LocalStack does not. */
const PolicyName = 'default';

export const KEY: LiveProperties = {
  Description: {
    read: async ({ kms }, KeyId) =>
      (await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.Description,
  },
  EnableKeyRotation: {
    read: async ({ kms }, KeyId) =>
      (await kms.send(new GetKeyRotationStatusCommand({ KeyId }))).KeyRotationEnabled,
    set: ({ kms }, KeyId) => kms.send(new EnableKeyRotationCommand({ KeyId })),
  },
  KeyPolicy: {
    read: async ({ kms }, KeyId) =>
      parsePolicy((await kms.send(new GetKeyPolicyCommand({ KeyId, PolicyName }))).Policy),
    set: ({ kms }, KeyId, wanted) =>
      kms.send(new PutKeyPolicyCommand({ KeyId, PolicyName, Policy: JSON.stringify(wanted) })),
  },
  // CloudFormation keeps it until the key is deleted; no service shows it before.
  PendingWindowInDays: { read: async () => SAME },
};

/** By the name of the alias. */
export const ALIAS: LiveProperties = {
  AliasName: NAME,
  TargetKeyId: {
    read: async ({ kms }, KeyId) =>
      (await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.Arn,
  },
};

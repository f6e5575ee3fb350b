import { DescribeSecretCommand, GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { z } from 'zod';
import { type LiveProperties, SAME } from './live-property.ts';

const generated = z.strictObject({
  PasswordLength: z.number(),
  ExcludePunctuation: z.literal(true),
});

/** By its ARN. */
export const SECRET: LiveProperties = {
  Description: {
    read: async ({ secrets }, SecretId) =>
      (await secrets.send(new DescribeSecretCommand({ SecretId }))).Description,
  },
  KmsKeyId: {
    read: async ({ secrets }, SecretId) =>
      (await secrets.send(new DescribeSecretCommand({ SecretId }))).KmsKeyId,
  },
  /** How it was generated cannot be read, but the value can; only its length is reported. */
  GenerateSecretString: {
    read: async ({ secrets }, SecretId, wanted) => {
      const { SecretString = '' } = await secrets.send(new GetSecretValueCommand({ SecretId }));
      const asWanted = /^[0-9A-Za-z]*$/.test(SecretString);
      const { PasswordLength } = generated.parse(wanted);
      return asWanted && SecretString.length === PasswordLength ? SAME : SecretString.length;
    },
  },
};

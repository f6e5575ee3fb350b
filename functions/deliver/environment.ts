import { BearerToken } from '../../aws/bearer-token.ts';
import { readSettings, requiredEnv } from '../../aws/env.ts';
import type { Target } from '../../core/delivery/delivery-targets.ts';
import { deliverSettingsSchema } from './settings.ts';

/** What `deliver` is told by the stack; read once, at load. */
export const settings = readSettings(deliverSettingsSchema);

export const environment = {
  resourcesTable: requiredEnv('resourcesTable'),
  quarantineTable: requiredEnv('quarantineTable'),
  bucket: requiredEnv('bodiesBucket'),
  queueUrl: requiredEnv('deliveryQueueUrl'),
};

const tokens = new Map<string, BearerToken>();

/** The token of a server; undefined where it asks for none. */
export function tokenOf({ tokenSecretArn: arn }: Target): BearerToken | undefined {
  if (arn === undefined) return undefined;
  const token = tokens.get(arn) ?? new BearerToken(arn);
  tokens.set(arn, token);
  return token;
}

export const COMPONENT = 'deliver';

import { BearerToken } from '../aws/bearer-token.ts';
import { readSettings, requiredEnv } from '../aws/env.ts';
import { ENV } from '../aws/env-names.ts';
import { deliverSettingsSchema } from './settings.ts';

/** What `deliver` is told by the stack; read once, at load. */
export const settings = readSettings(deliverSettingsSchema);

const tokenArn = process.env[ENV.deliveryTokenArn];

export const environment = {
  resourcesTable: requiredEnv('resourcesTable'),
  quarantineTable: requiredEnv('quarantineTable'),
  bucket: requiredEnv('bodiesBucket'),
  queueUrl: requiredEnv('deliveryQueueUrl'),
  /** The base URL of the FHIR server, without a slash at its end. */
  endpoint: requiredEnv('deliveryEndpoint').replace(/\/+$/, ''),
  token: tokenArn === undefined ? undefined : new BearerToken(tokenArn),
};

export const COMPONENT = 'deliver';

import { createHash } from 'node:crypto';

/** The account that everything local lives in. */
export const ACCOUNT = {
  id: '000000000000',
  region: 'us-east-1',
  partition: 'aws',
  urlSuffix: 'amazonaws.com',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
} as const;

/** The account as a principal. */
export const ROOT = `arn:${ACCOUNT.partition}:iam::${ACCOUNT.id}:root`;

/** An ARN in the local account. `resource` is what follows the account, as in `function:NAME`. */
export function arn(service: string, resource: string): string {
  return `arn:${ACCOUNT.partition}:${service}:${ACCOUNT.region}:${ACCOUNT.id}:${resource}`;
}

/** Unique id of a role, as IAM makes them: the part of a SenderId before the colon. */
export function roleIdOf(roleName: string): string {
  const digest = createHash('sha256').update(roleName).digest('hex').toUpperCase();
  return `AROA${digest.slice(0, 17)}`;
}

/**
 * The access key with which the local queues record a principal as sender: a role's has a session,
 * a user's is its id. Undefined if there is none: another account, or something that does not sign.
 */
export function accessKeyOf(uniqueId: string): string | undefined {
  if (uniqueId === ACCOUNT.id) return ACCOUNT.credentials.accessKeyId;
  if (uniqueId.startsWith('AROA')) return `${uniqueId}:local`;
  return uniqueId.startsWith('AIDA') ? uniqueId : undefined;
}

/** The last part of an ARN: a queue's, topic's, table's or function's name. */
export function nameOfArn(value: string): string {
  return value.split(/[:/]/).at(-1) ?? value;
}

/**
 * The UUID of an event source mapping. AWS chooses a random one; here it is derived from its name.
 */
export function mappingUuid(name: string): string {
  const hex = createHash('sha256').update(`event-source-mapping ${name}`).digest('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}

/**
 * Ids where they must not be readable: in the audit log, pages and metrics (R08). The hash is keyed by
 * a secret of the stack, because ids can be guessed, and a plain hash of a guess would tell.
 */
import { createHmac } from 'node:crypto';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { impatient } from './clients.ts';

/** 128 bits: two ids have the same hash in no one's lifetime. */
const HEX_DIGITS = 32;

const client = new SecretsManagerClient(impatient());

export type KeyedHash = (text: string) => string;

const hashes = new Map<string, Promise<KeyedHash>>();

/** The hash of a stack, by its secret, which is read once. Throws where it cannot be read. */
export function keyedHash(secretArn: string): Promise<KeyedHash> {
  const known = hashes.get(secretArn);
  if (known !== undefined) return known;
  const hash = readHash(secretArn);
  hashes.set(secretArn, hash);
  hash.catch(() => hashes.delete(secretArn));
  return hash;
}

async function readHash(secretArn: string): Promise<KeyedHash> {
  const { SecretString: key } = await client.send(
    new GetSecretValueCommand({ SecretId: secretArn }),
  );
  if (key === undefined || key === '') throw new SecretEmpty(secretArn);
  return (text) => createHmac('sha256', key).update(text).digest('hex').slice(0, HEX_DIGITS);
}

/** The secret that keys hashes holds no text. */
class SecretEmpty extends Error {
  override readonly name = 'SecretEmpty';
}

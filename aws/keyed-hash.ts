/**
 * Hides ids in the audit log, pages and metrics (R08). The hash is keyed by a secret of the stack, because
 * ids can be guessed, and a plain hash would confirm a guess.
 */
import { createHmac } from 'node:crypto';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import type { Secret } from './handles.ts';

/** 128 bits: no two ids will ever have the same hash. */
const HEX_DIGITS = 32;

export type KeyedHash = (text: string) => string;

/** The secret of a stack, which an environment reads once. */
export class HashKey {
  readonly #secret: Secret;
  #hash: Promise<KeyedHash> | undefined;

  constructor(secret: Secret) {
    this.#secret = secret;
  }

  /** The hash with this key. Throws if the key cannot be read: then the next call reads it again. */
  hash(): Promise<KeyedHash> {
    if (this.#hash !== undefined) return this.#hash;
    const hash = readHash(this.#secret);
    this.#hash = hash;
    hash.catch(() => {
      this.#hash = undefined;
    });
    return hash;
  }
}

async function readHash({ arn, secrets }: Secret): Promise<KeyedHash> {
  const { SecretString: key } = await secrets.send(new GetSecretValueCommand({ SecretId: arn }));
  if (key === undefined || key === '') throw new SecretEmpty(arn);
  return (text) => createHmac('sha256', key).update(text).digest('hex').slice(0, HEX_DIGITS);
}

/** The secret of the hash key holds no text. */
class SecretEmpty extends Error {
  override readonly name = 'SecretEmpty';
}

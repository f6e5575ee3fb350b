import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import type { Secret } from './places.ts';

const KEEP_MS = 5 * 60_000;

/** The bearer token in a secret, read anew every five minutes, or when it was forgotten. */
export class BearerToken {
  readonly #secret: Secret;
  #token: { readonly value: string; readonly readAt: number } | undefined;

  constructor(secret: Secret) {
    this.#secret = secret;
  }

  /** Throws where the secret cannot be read: a fault of our own. */
  async read(now: number, abortSignal?: AbortSignal): Promise<string> {
    if (this.#token !== undefined && now - this.#token.readAt < KEEP_MS) return this.#token.value;
    const { arn, secrets } = this.#secret;
    const { SecretString = '' } = await secrets.send(new GetSecretValueCommand({ SecretId: arn }), {
      ...(abortSignal && { abortSignal }),
    });
    this.#token = { value: SecretString.trim(), readAt: now };
    return this.#token.value;
  }

  /** The server did not accept it: it may have been rotated. */
  forget(): void {
    this.#token = undefined;
  }
}

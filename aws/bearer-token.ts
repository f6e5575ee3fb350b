import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { ComponentFault } from '../core/message/component-fault.ts';
import type { Secret } from './handles.ts';

/** What a header may hold, without spaces. */
const TOKEN = /^[\x21-\x7e]+$/;
const KEEP_MS = 5 * 60_000;
/** The token may have been rotated. Some gateways answer 403 to one that has expired. */
const NOT_ACCEPTED = [401, 403];

/** The bearer token in a secret, read again every five minutes, or after a server did not accept it. */
export class BearerToken {
  readonly #secret: Secret;
  #token: { readonly value: string; readonly readAt: number } | undefined;

  constructor(secret: Secret) {
    this.#secret = secret;
  }

  /** Throws if the secret cannot be read, or holds no token: a fault of our own. */
  async read(now: number, abortSignal?: AbortSignal): Promise<string> {
    if (this.#token !== undefined && now - this.#token.readAt < KEEP_MS) return this.#token.value;
    const { arn, secrets } = this.#secret;
    const { SecretString = '' } = await secrets.send(new GetSecretValueCommand({ SecretId: arn }), {
      ...(abortSignal && { abortSignal }),
    });
    const value = SecretString.trim();
    if (!TOKEN.test(value)) throw new ComponentFault('the secret holds no token');
    this.#token = { value, readAt: now };
    return value;
  }

  /** What a server answered to the token. */
  answered(status: number): void {
    if (NOT_ACCEPTED.includes(status)) this.#token = undefined;
  }
}

/**
 * AWS Signature Version 4 of a POST to `/`, as DynamoDB takes it:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
import { createHash, createHmac } from 'node:crypto';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

interface SigningKey {
  readonly of: string;
  readonly key: Buffer;
}

const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text);
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** Signs for one region and service. The key is derived once a day, and for other credentials. */
export class Signer {
  readonly #region: string;
  readonly #service: string;
  #key: SigningKey | undefined;

  constructor(region: string, service: string) {
    this.#region = region;
    this.#service = service;
  }

  /**
   * The headers that the request must have besides the given ones. Those given are signed, so their names
   * are in lower case, and `host` is one of them.
   */
  sign(
    headers: Readonly<Record<string, string>>,
    body: string,
    credentials: Credentials,
    now: number,
  ): Record<string, string> {
    const at = new Date(now).toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
    const day = at.slice(0, 8);
    const { accessKeyId, sessionToken } = credentials;
    const all: Record<string, string> = {
      ...headers,
      'x-amz-date': at,
      ...(sessionToken !== undefined && { 'x-amz-security-token': sessionToken }),
    };
    const names = Object.keys(all).sort();
    const lines = names.map((name) => `${name}:${all[name]}\n`).join('');
    const signed = names.join(';');
    const request = `POST\n/\n\n${lines}\n${signed}\n${sha256(body)}`;
    const scope = `${day}/${this.#region}/${this.#service}/aws4_request`;
    const text = `AWS4-HMAC-SHA256\n${at}\n${scope}\n${sha256(request)}`;
    const signature = hmac(this.#keyOf(day, credentials), text).digest('hex');
    all['authorization'] =
      `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`;
    return all;
  }

  #keyOf(day: string, { secretAccessKey }: Credentials): Buffer {
    const of = `${day}/${secretAccessKey}`;
    if (this.#key?.of !== of) {
      const steps = [day, this.#region, this.#service, 'aws4_request'];
      const key = steps.reduce<string | Buffer>(
        (before, step) => hmac(before, step).digest(),
        `AWS4${secretAccessKey}`,
      ) as Buffer;
      this.#key = { of, key };
    }
    return this.#key.key;
  }
}

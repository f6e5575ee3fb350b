import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import { describe, expect, it } from 'vitest';
import { Signer } from '../../aws/signature.ts';

class Sha256 {
  readonly #hash;
  constructor(secret?: string | Uint8Array) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret);
  }
  update(data: string | Uint8Array): void {
    this.#hash.update(data);
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
  reset(): void {}
}

const HEADERS = {
  host: 'dynamodb.eu-central-1.amazonaws.com',
  'content-type': 'application/x-amz-json-1.0',
  'x-amz-target': 'DynamoDB_20120810.UpdateItem',
};
const CREDENTIALS = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'secret',
  sessionToken: 'token',
};
const BODY = '{"Key":{"pk":{"S":"Zoë"}}}';

/** By the SDK's own signer. */
async function bySdk(now: number, credentials: typeof CREDENTIALS): Promise<string | undefined> {
  const signer = new SignatureV4({
    region: 'eu-central-1',
    service: 'dynamodb',
    credentials,
    sha256: Sha256 as unknown as ConstructorParameters<typeof SignatureV4>[0]['sha256'],
    applyChecksum: false,
  });
  const { headers } = await signer.sign(
    {
      method: 'POST',
      protocol: 'https:',
      hostname: HEADERS.host,
      path: '/',
      query: {},
      headers: { ...HEADERS },
      body: BODY,
    },
    { signingDate: new Date(now) },
  );
  return headers['authorization'];
}

describe('a signature', () => {
  it('is the SDK’s, over days and credentials, with a key that is kept', async () => {
    const signer = new Signer('eu-central-1', 'dynamodb');
    const moments = ['2026-11-29T23:59:59.999Z', '2026-11-30T00:00:00Z', '2026-11-30T00:00:01Z'];
    for (const moment of moments) {
      for (const secretAccessKey of ['secret', 'another']) {
        const now = Date.parse(moment);
        const credentials = { ...CREDENTIALS, secretAccessKey };
        const { authorization, ...headers } = signer.sign(HEADERS, BODY, credentials, now);
        expect(authorization).toBe(await bySdk(now, credentials));
        expect(headers).toMatchObject({ ...HEADERS, 'x-amz-security-token': 'token' });
      }
    }
  });

  it('needs no session', () => {
    const { sessionToken: _, ...lasting } = CREDENTIALS;
    const headers = new Signer('us-east-1', 'dynamodb').sign(HEADERS, BODY, lasting, 0);
    expect(headers).not.toHaveProperty('x-amz-security-token');
  });
});

import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { secretsOf, startSecretsManager } from '../../../packages/local-lambda/secrets.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'secrets-'));
});
afterAll(() => rm(directory, { recursive: true }));

const plan = (name: string, properties: object) => ({
  logicalId: name,
  name,
  arn: `arn:${name}`,
  properties,
});
const generated = {
  GenerateSecretString: { PasswordLength: 20, ExcludePunctuation: true as const },
};

test('a generated secret stays the same, and only its owner can read the folder', async () => {
  const plans = [plan('made', generated), plan('given', { SecretString: 'given' })];
  const first = await secretsOf(plans, directory);
  expect(first.get('arn:made')).toMatch(/^[0-9a-z]{20}$/);
  expect(first.get('arn:given')).toBe('given');
  expect(await secretsOf(plans, directory)).toEqual(first);
  expect((await stat(join(directory, 'secrets.json'))).mode & 0o777).toBe(0o600);
  expect(await readFile(join(directory, 'secrets.json'), 'utf8')).toContain('arn:made');
});

test('values are read by ARN, and no other action is supported', async () => {
  const secrets = await startSecretsManager(new Map([['arn:a', 'value']]));
  const client = new SecretsManagerClient({
    endpoint: secrets.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const read = (SecretId: string) => client.send(new GetSecretValueCommand({ SecretId }));
  expect(await read('arn:a')).toMatchObject({ ARN: 'arn:a', SecretString: 'value' });
  await expect(read('arn:b')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  const other = await fetch(secrets.endpoint, { method: 'POST', body: '{}' });
  expect(other.status).toBe(501);
  client.destroy();
  await secrets.stop();
});

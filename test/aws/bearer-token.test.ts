import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { expect, test } from 'vitest';
import { BearerToken } from '../../aws/bearer-token.ts';

function tokenIn(...texts: (string | undefined)[]): BearerToken {
  const send = async () => ({ SecretString: texts.shift() });
  return new BearerToken({ arn: 'arn', secrets: { send } as unknown as SecretsManagerClient });
}

test('is the text of the secret, without what surrounds it', async () => {
  expect(await tokenIn(' eyJ0.x-_~+/==\n').read(0)).toBe('eyJ0.x-_~+/==');
});

test.each([undefined, '', ' \n', '{\n  "token": "x"\n}', 'two words', 'clé'])(
  'R09: a secret that holds %j is our fault, and not the server’s',
  async (text) => {
    await expect(tokenIn(text).read(0)).rejects.toThrow('the secret holds no token');
  },
);

test('R09: a secret that is mended is read again at once', async () => {
  const token = tokenIn('', 'mended');
  await expect(token.read(0)).rejects.toThrow();
  expect(await token.read(1)).toBe('mended');
});

test.each([401, 403])('is read again after a server has answered %i', async (status) => {
  const token = tokenIn('old', 'new');
  await token.read(0);
  for (const other of [0, 200, 404, 503]) token.answered(other);
  expect(await token.read(1)).toBe('old');
  token.answered(status);
  expect(await token.read(1)).toBe('new');
});

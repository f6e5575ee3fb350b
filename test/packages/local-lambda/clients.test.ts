import { afterEach, expect, test } from 'vitest';
import { createClients, destroyClients } from '../../../packages/local-lambda/clients.ts';
import { setVariables } from '../../support/set-variables.ts';

let restore = () => {};
afterEach(() => restore());

test("the user's own AWS settings do not lead the runtime's clients past the emulators", async () => {
  restore = setVariables({
    AWS_ENDPOINT_URL: 'https://example.com',
    AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true',
    AWS_USE_FIPS_ENDPOINT: 'true',
    AWS_USE_DUALSTACK_ENDPOINT: 'true',
    AWS_PROFILE: 'production',
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'AKIAPRODUCTION',
    AWS_SECRET_ACCESS_KEY: 'secret',
  });
  const endpoint = 'http://127.0.0.1:1/';
  const clients = createClients({ sqs: endpoint, dynamodb: endpoint });
  for (const { config } of Object.values(clients)) {
    expect(await config.useFipsEndpoint()).toBe(false);
    expect(await config.useDualstackEndpoint()).toBe(false);
    expect(await config.endpoint?.()).toMatchObject({ hostname: '127.0.0.1', port: 1 });
    expect(await config.credentials()).toMatchObject({ accessKeyId: 'test' });
  }
  destroyClients(clients);
});

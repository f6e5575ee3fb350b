import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ENV } from '../../../telemetry/env-names.ts';
import { skipTime } from '../../support/clock.ts';
import { useDeliveryStage } from '../../support/delivery-stage.ts';
import { type HttpServer, startHttpServer } from '../../support/http-server.ts';
import { TOKEN } from '../../support/permitted.ts';
import { itemsOf } from '../../support/stores.ts';

const stage = useDeliveryStage();
/** What the FHIR server was shown. */
const tokens: (string | undefined)[] = [];
let secretsRead: number;
let status: number;
/** Acts as the FHIR server, and on every other path as Secrets Manager. */
let server: HttpServer;

beforeEach(async () => {
  tokens.length = 0;
  secretsRead = 0;
  server = await startHttpServer((request, response) => {
    const { url, headers } = request;
    request.resume().on('end', () => {
      if (url?.startsWith('/fhir/')) {
        tokens.push(headers.authorization);
        return response.writeHead(status).end();
      }
      secretsRead += 1;
      response.setHeader('content-type', 'application/x-amz-json-1.1');
      return response.end(JSON.stringify({ SecretString: `token-${secretsRead}` }));
    });
  });
  const { base } = server;
  vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', base);
  vi.stubEnv(ENV.deliveryTokenArn, `arn:aws:secretsmanager:us-east-1:000000000000${TOKEN}`);
  await stage.build({}, `${base}/fhir`);
});
afterEach(() => {
  vi.unstubAllEnvs();
  server.stop();
});

test.each([401, 403])(
  'R18: the token of the secret is sent; after a %i it is read again, and the resource waits',
  async (refused) => {
    status = 200;
    await stage.store('a', 1);
    await stage.turn();
    status = refused;
    await stage.store('a', 2);
    await stage.turn();
    status = 200;
    skipTime(60_000);
    await stage.turn();
    expect(tokens).toEqual(['Bearer token-1', 'Bearer token-1', 'Bearer token-2']);
    expect(await stage.resource()).not.toHaveProperty('deliveryShard');
    expect(await itemsOf(stage.world.tables.quarantine)).toEqual([]);
  },
);

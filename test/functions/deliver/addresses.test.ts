import { afterEach, beforeEach, expect, test } from 'vitest';
import { useDeliveryStage } from '../../support/delivery-stage.ts';
import { type HttpServer, startHttpServer } from '../../support/http-server.ts';
import { itemsOf } from '../../support/stores.ts';

const stage = useDeliveryStage();
const urls: (string | undefined)[] = [];
let server: HttpServer;

beforeEach(async () => {
  urls.length = 0;
  server = await startHttpServer((request, response) => {
    urls.push(request.url);
    response.writeHead(307, { location: `${server.base}/elsewhere` }).end();
  });
  await stage.build({}, `${server.base}/fhir`);
});
afterEach(() => server.stop());

test('a redirect is not followed: the server does not choose where PHI and token go', async () => {
  await stage.store('a', 1);
  await stage.turn();
  expect(urls).toEqual(['/fhir/Patient/a']);
});

test.each(['.', '..'])(
  'R07: the id %s would leave its type in the path, so nothing is called',
  async (id) => {
    await stage.store(id, 1);
    expect((await stage.turn())?.failed).toEqual([]);
    expect(urls).toEqual([]);
    expect(await itemsOf(stage.world.tables.quarantine)).toMatchObject([
      { kind: 'undelivered', reason: 'the FHIR server has no address for such an id' },
    ]);
  },
);

test('an id that only looks like path steps is sent', async () => {
  await stage.store('...', 1);
  await stage.store('a..b', 2);
  await stage.turn();
  expect(urls.sort()).toEqual(['/fhir/Patient/...', '/fhir/Patient/a..b']);
});

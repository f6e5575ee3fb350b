/** What a delivery has read of the server's version, after a PUT of its own may have changed it. */
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { testClients } from '../../support/clients.ts';
import { skipTime } from '../../support/clock.ts';
import { useDeliveryStage } from '../../support/delivery-stage.ts';
import { type HttpServer, startHttpServer } from '../../support/http-server.ts';
import { itemsOf } from '../../support/stores.ts';

const stage = useDeliveryStage();
/** Answers in turn; without a status there is none, and then no connection either. */
let answers: { readonly status?: number; readonly etag?: string }[];
let calls: string[];
let server: HttpServer;

const outcome = JSON.stringify({
  resourceType: 'OperationOutcome',
  issue: [{ severity: 'error', code: 'invalid' }],
});

beforeEach(async () => {
  calls = [];
  server = await startHttpServer((request, response) => {
    request.resume().on('end', () => {
      calls.push(`${request.method} ${request.headers['if-match'] ?? 'unnamed'}`);
      const { status, etag } = answers.shift() ?? { status: 200, etag: 'W/"9"' };
      if (status === undefined) return void request.socket.destroy();
      response.writeHead(status, etag === undefined ? {} : { etag }).end(outcome);
    });
  });
  await stage.build({}, server.base);
});
afterEach(() => server.stop());

const isPending = async () => (await stage.resource())['deliveryShard'] !== undefined;
async function untilEnded(): Promise<void> {
  await stage.turn();
  for (let n = 0; n < 4 && (await isPending()); n += 1) {
    // By then, no PUT without a version can take effect any more, and each back-off is over.
    skipTime(600_000);
    await stage.turn();
  }
}

const held = { status: 409 };
const same = { status: 200, etag: 'W/"3"' };

/** A newer submission of what the server holds as that version. */
async function storeOverHeld(): Promise<void> {
  await stage.store('a', 1);
  answers = [same];
  await stage.turn();
  calls = [];
  await stage.store('a', 2);
}

test('R18: what a server holds is read again if a PUT without an answer may have changed it, however often reading was in vain', async () => {
  answers = [
    ...[{ status: 409 }, { status: 200 }],
    ...[{ status: 409 }, { status: 200 }],
    ...[{ status: 409 }, { status: 200, etag: 'W/"7"' }],
    // It takes effect.
    {},
    ...[{ status: 412 }, { status: 200, etag: 'W/"8"' }],
  ];
  await stage.store('a', 1);
  await untilEnded();
  expect(await itemsOf(stage.world.tables.quarantine)).toEqual([]);
  expect(await isPending()).toBe(false);
  expect(calls.slice(5, 10)).toEqual([
    'GET unnamed',
    'PUT W/"7"',
    'PUT W/"7"',
    'GET unnamed',
    'PUT W/"8"',
  ]);
});

test('R18: a version that a server asks for is read again if a PUT without an answer came after a read that showed nothing', async () => {
  answers = [
    ...[{ status: 400 }, { status: 404 }],
    // It takes effect.
    {},
    ...[{ status: 400 }, { status: 200, etag: 'W/"1"' }],
  ];
  await stage.store('a', 1);
  await untilEnded();
  expect(await itemsOf(stage.world.tables.quarantine)).toEqual([]);
  expect(await isPending()).toBe(false);
  expect(calls.slice(0, 6)).toEqual([
    'PUT unnamed',
    'GET unnamed',
    'PUT unnamed',
    'PUT unnamed',
    'GET unnamed',
    'PUT W/"1"',
  ]);
});

test('R18: a version that a server asks for is read, though one that was named, and refused, was read before', async () => {
  await storeOverHeld();
  answers = [
    // A backup was brought back just then: it holds again what was named.
    ...[{ status: 412 }, { status: 200, etag: 'W/"3"' }],
    ...[{ status: 400 }, { status: 200, etag: 'W/"3"' }],
  ];
  await untilEnded();
  expect(await itemsOf(stage.world.tables.quarantine)).toEqual([]);
  expect(await isPending()).toBe(false);
  expect(calls).toEqual(['PUT W/"3"', 'GET unnamed', 'PUT unnamed', 'GET unnamed', 'PUT W/"3"']);
});

test('R18: what a server holds is read again if an environment died, perhaps with a PUT that may have changed it', async () => {
  const pk = await stage.store('a', 1);
  const update = new UpdateCommand({
    TableName: stage.world.tables.resources,
    Key: { pk },
    UpdateExpression:
      'SET deliveryLease = :lease, deliveryConflicts = :conflicts, deliveredVersion = :named',
    ExpressionAttributeValues: {
      ':lease': { owner: 'who-died', until: Date.now() - 1 },
      ':conflicts': { inVain: 3, isUnread: false },
      ':named': 'W/"7"',
    },
  });
  await testClients().dynamo.send(update);
  answers = [{ status: 412 }, { status: 200, etag: 'W/"8"' }];
  await stage.turn();
  expect(await itemsOf(stage.world.tables.quarantine)).toEqual([]);
  expect(await isPending()).toBe(false);
  expect(calls).toEqual(['PUT W/"7"', 'GET unnamed', 'PUT W/"8"']);
});

test('R18: a resource that another client’s transaction holds is delivered after that, and not quarantined', async () => {
  await storeOverHeld();
  answers = [
    ...[held, same, held, same, held, same, held],
    ...[same, held, same],
    // The transaction has ended. Such a server asks for the version of what it holds.
    ...[{ status: 400 }, same],
  ];
  await untilEnded();
  expect(await itemsOf(stage.world.tables.quarantine)).toEqual([]);
  expect(await isPending()).toBe(false);
  expect(calls.slice(-3)).toEqual(['PUT unnamed', 'GET unnamed', 'PUT W/"3"']);
});

test('R18: a resource that other clients delete and create again meanwhile is delivered, and not quarantined', async () => {
  await storeOverHeld();
  answers = [
    ...[held, same, held, { status: 410 }],
    // They created it again.
    ...[{ status: 400 }, { status: 200, etag: 'W/"5"' }],
    // And deleted it.
    { status: 404 },
  ];
  await untilEnded();
  expect(await itemsOf(stage.world.tables.quarantine)).toEqual([]);
  expect(await isPending()).toBe(false);
  expect(calls.slice(0, 7).at(-1)).toBe('PUT W/"5"');
});

test('R18: a resource that other clients delete after its server asked for its version, and create again, is delivered', async () => {
  await stage.store('a', 1);
  answers = [
    // They have created it, and delete it once its version is read.
    ...[{ status: 400 }, same, { status: 412 }, { status: 404 }],
    // They have created it again.
    ...[{ status: 400 }, { status: 200, etag: 'W/"5"' }],
  ];
  await untilEnded();
  expect(await itemsOf(stage.world.tables.quarantine)).toEqual([]);
  expect(await isPending()).toBe(false);
  expect(calls.at(-1)).toBe('PUT W/"5"');
});

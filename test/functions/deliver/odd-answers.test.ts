/** Answers of a FHIR server, or of what stands in its place, that nobody expects. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Logger } from '@aws-lambda-powertools/logger';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { skipTime } from '../../support/clock.ts';
import { useDeliveryStage } from '../../support/delivery-stage.ts';
import { type HttpServer, startHttpServer } from '../../support/http-server.ts';
import { itemsOf } from '../../support/stores.ts';

const stage = useDeliveryStage();
const requests: IncomingMessage[] = [];
let answer: (response: ServerResponse, request: IncomingMessage) => void;
let server: HttpServer;

beforeEach(async () => {
  requests.length = 0;
  answer = (response) => response.writeHead(200).end();
  server = await startHttpServer((request, response) => {
    requests.push(request);
    request.resume().on('end', () => answer(response, request));
  });
  await stage.build({}, server.base);
});
afterEach(() => server.stop());

const isPending = async () => (await stage.resource())['deliveryShard'] !== undefined;
async function turnLater(): Promise<void> {
  skipTime(60_000);
  await stage.turn();
}

test.each(['<!DOCTYPE html><title>Sign in</title>', '\n <html lang="en">Maintenance</html>'])(
  'R18: 200 with the page %j does not come from a FHIR server: the resource waits',
  async (page) => {
    answer = (response) => response.writeHead(200, { 'content-type': 'text/html' }).end(page);
    await stage.store('a', 1);
    await stage.turn();
    expect(await isPending()).toBe(true);
    expect(await stage.resource()).toMatchObject({ deliveryFailures: { count: 1, status: 200 } });
    answer = (response) => response.writeHead(201).end();
    await turnLater();
    expect(await isPending()).toBe(false);
    expect(await itemsOf(stage.world.tables.quarantine)).toEqual([]);
  },
);

test('R18: 202 by which AWS WAF asks for a browser does not come from a FHIR server: the resource waits', async () => {
  answer = (response) => response.writeHead(202, { 'x-amzn-waf-action': 'challenge' }).end();
  await stage.store('a', 1);
  await stage.turn();
  expect(await isPending()).toBe(true);
  answer = (response) => response.writeHead(201).end();
  await turnLater();
  expect(await isPending()).toBe(false);
});

test('R18: the version of a page that something shows in place of what is read is never named', async () => {
  const outcome = JSON.stringify({ resourceType: 'OperationOutcome', issue: [{ code: 'value' }] });
  const healthy = (response: ServerResponse, { method, headers }: IncomingMessage) => {
    if (method === 'GET') return void response.writeHead(200, { etag: 'W/"7"' }).end('{}');
    const named = headers['if-match'] ?? 'W/"7"';
    // Microsoft's server says 400 to what is no weak ETag.
    if (!named.startsWith('W/')) return void response.writeHead(400).end(outcome);
    response.writeHead(headers['if-match'] === undefined ? 412 : 200).end();
  };
  answer = (response, request) => {
    if (request.method === 'PUT') return healthy(response, request);
    const headers = { etag: '"5f3-6a"', 'content-type': 'text/html' };
    response.writeHead(200, headers).end('<!doctype html><title>Maintenance</title>');
  };
  await stage.store('a', 1);
  await stage.turn();
  answer = healthy;
  await turnLater();
  expect(requests.map(({ headers }) => headers['if-match'])).toEqual([
    ...[undefined, undefined],
    ...[undefined, 'W/"7"'],
  ]);
  expect(await isPending()).toBe(false);
  expect(await itemsOf(stage.world.tables.quarantine)).toEqual([]);
});

test('R60: why there was no answer is logged, without the address', async () => {
  const warn = vi.spyOn(Logger.prototype, 'warn');
  await new Promise((resolve) => server.server.close(resolve));
  await stage.store('a', 1);
  await stage.turn();
  const lines = warn.mock.calls.filter(([message]) => message === 'not delivered');
  warn.mockRestore();
  expect(lines).toMatchObject([
    ['not delivered', { status: 0, fault: 'TypeError', code: 'ECONNREFUSED' }],
  ]);
  expect(JSON.stringify(lines)).not.toContain('127.0.0.1');
});

describe('R04: a body that does not end', () => {
  const endless = (headers: Record<string, string>) => (response: ServerResponse) => {
    response.writeHead(201, headers).write(' ');
  };
  async function build(callTimeoutMs: number): Promise<void> {
    await stage.build({ callTimeoutMs }, server.base);
    await stage.store('a', 1);
  }

  test('leaves a delivery that the server has accepted, and it is not made again', async () => {
    // Headers must arrive by then, however slow the machine is.
    await build(2_000);
    answer = endless({ 'content-type': 'application/fhir+json', etag: 'W/"1"' });
    await stage.turn();
    expect(await isPending()).toBe(false);
    expect(await stage.resource()).toMatchObject({ deliveredVersion: 'W/"1"' });
    await turnLater();
    expect(requests).toHaveLength(1);
    expect(await itemsOf(stage.world.tables.breakers)).toEqual([]);
  });

  test('of a page that has not begun says nothing', async () => {
    await build(300);
    answer = endless({ 'content-type': 'text/html' });
    await stage.turn();
    expect(await isPending()).toBe(true);
    expect(await stage.resource()).toMatchObject({ deliveryFailures: { count: 1, status: 0 } });
  });

  test('of an error says nothing', async () => {
    await build(300);
    answer = (response) => void response.writeHead(422).write('{"resourceType"');
    await stage.turn();
    expect(await isPending()).toBe(true);
    expect(await stage.resource()).toMatchObject({ deliveryFailures: { count: 1, status: 0 } });
  });
});

test.each(['', '*'])('R05: the ETag %j names no version, so none is named', async (etag) => {
  answer = (response) => response.writeHead(200, { etag }).end();
  await stage.store('a', 1);
  await stage.turn();
  expect(await stage.resource()).not.toHaveProperty('deliveredVersion');
  await stage.store('a', 2);
  await stage.turn();
  expect(requests.map(({ headers }) => headers['if-match'])).toEqual([undefined, undefined]);
  expect(await isPending()).toBe(false);
});

test.each(['W/"3"', '"3"', '3'])('R05: the ETag %s is named as it came', async (etag) => {
  answer = (response) => response.writeHead(200, { etag }).end();
  await stage.store('a', 1);
  await stage.turn();
  await stage.store('a', 2);
  await stage.turn();
  expect(requests.map(({ headers }) => headers['if-match'])).toEqual([undefined, etag]);
});

describe('R18: a server that forbids one type', () => {
  const outcome = JSON.stringify({
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'error', code: 'forbidden' }],
  });
  const storeMany = async () => {
    for (let n = 0; n < 9; n += 1) {
      await stage.store(`o${n}`, 1, `m-o${n}`, { resourceType: 'Observation', text: '{}' });
    }
  };
  const breakers = () => itemsOf(stage.world.tables.breakers);

  test('goes on getting the others, however many of that type wait', async () => {
    answer = (response, { url }) =>
      url?.includes('Observation') === true
        ? void response.writeHead(403).end(outcome)
        : void response.writeHead(201).end();
    await storeMany();
    for (let n = 0; n < 4; n += 1) await turnLater();
    expect(await breakers()).toMatchObject([{ phase: 'closed', failures: 1 }]);
    await stage.store('a', 1);
    await stage.turn();
    const pending = (await itemsOf(stage.world.tables.resources)).filter(
      (item) => item['deliveryShard'] !== undefined,
    );
    expect(pending).toHaveLength(9);
    expect(await breakers()).toMatchObject([{ phase: 'closed', failures: 0 }]);
  });

  test('is not called any more if something in front of it does so', async () => {
    answer = (response) => response.writeHead(403).end('<html>');
    await storeMany();
    await stage.turn();
    await turnLater();
    expect(await breakers()).toMatchObject([{ phase: 'open' }]);
  });
});

test('R18: a server that has lost a resource, and says so of the version that is named, gets it again', async () => {
  let versions = 0;
  let isThere = false;
  const outcome = JSON.stringify({
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'error', code: 'not-found' }],
  });
  answer = (response, { method, headers }) => {
    const isRefused = !isThere && (method === 'GET' || headers['if-match'] !== undefined);
    if (isRefused) return void response.writeHead(404).end(outcome);
    if (method === 'PUT') versions += 1;
    isThere = true;
    response.writeHead(200, { etag: `W/"${versions}"` }).end();
  };
  await stage.store('a', 1);
  await stage.turn();
  isThere = false;
  await stage.store('a', 2);
  await stage.turn();
  expect(await isPending()).toBe(false);
  expect(await itemsOf(stage.world.tables.quarantine)).toEqual([]);
  expect(requests.map(({ method, headers }) => [method, headers['if-match']])).toEqual([
    ['PUT', undefined],
    ['PUT', 'W/"1"'],
    ['GET', undefined],
    ['PUT', undefined],
  ]);
});

test.each([[{}], [{ etag: 'W/"1"' }]])(
  'R18: a server that says of a PUT that it changes nothing (%j) has the resource, and works',
  async (headers) => {
    answer = (response) => response.writeHead(200, { etag: 'W/"1"' }).end();
    await stage.store('a', 1);
    await stage.turn();
    answer = (response) => response.writeHead(304, headers).end();
    await stage.store('a', 2);
    await stage.turn();
    expect(await isPending()).toBe(false);
    expect(await stage.resource()).toMatchObject({ deliveredVersion: 'W/"1"' });
    expect(await itemsOf(stage.world.tables.breakers)).toEqual([]);
  },
);

describe('R18: a server that asks by 400 for the version of what it holds, as R4 says and Microsoft’s does', () => {
  const outcome = JSON.stringify({
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'error', code: 'invalid' }],
  });
  let version: number;
  let accepts: boolean;
  /** So many reads are answered by an ingress whose server is not there. */
  let turnedAway: number;

  beforeEach(() => {
    version = 0;
    accepts = true;
    turnedAway = 0;
    answer = (response, { method, headers }) => {
      const etag = `W/"${version}"`;
      turnedAway -= method === 'GET' ? 1 : 0;
      if (method === 'GET' && turnedAway >= 0) return void response.writeHead(404).end('no route');
      if (method === 'GET' && version === 0) return void response.writeHead(404).end(outcome);
      if (method === 'GET') return void response.writeHead(200, { etag }).end();
      const isUnnamed = version > 0 && headers['if-match'] === undefined;
      if (isUnnamed || !accepts) return void response.writeHead(400).end(outcome);
      version += 1;
      response.writeHead(200, { etag: `W/"${version}"` }).end();
    };
  });
  const calls = () => requests.map(({ method, headers }) => [method, headers['if-match']]);

  test('gets a resource once more if its answer was lost', async () => {
    const healthy = answer;
    answer = (response, request) => {
      version += 1;
      answer = healthy;
      request.socket.destroy();
      response.destroy();
    };
    await stage.store('a', 1);
    await stage.turn();
    expect(await isPending()).toBe(true);
    for (let n = 0; n < 3 && (await isPending()); n += 1) await turnLater();
    expect(await itemsOf(stage.world.tables.quarantine)).toEqual([]);
    expect(await isPending()).toBe(false);
    expect(calls().slice(0, 4)).toEqual([
      ['PUT', undefined],
      ['PUT', undefined],
      ['GET', undefined],
      ['PUT', 'W/"1"'],
    ]);
  });

  test('has refused what it holds if it does so with the version too', async () => {
    version = 7;
    accepts = false;
    await stage.store('a', 1);
    await stage.turn();
    expect(await itemsOf(stage.world.tables.quarantine)).toMatchObject([{ kind: 'undelivered' }]);
    expect(calls()).toEqual([
      ['PUT', undefined],
      ['GET', undefined],
      ['PUT', 'W/"7"'],
    ]);
  });

  test('is read again if an ingress says that nothing is there', async () => {
    version = 7;
    turnedAway = 3;
    await stage.store('a', 1);
    await stage.turn();
    for (let n = 0; n < 4; n += 1) await turnLater();
    expect(await itemsOf(stage.world.tables.quarantine)).toEqual([]);
    expect(await isPending()).toBe(false);
    const reads = Array.from({ length: 4 }, () => ['GET', undefined]);
    expect(calls()).toEqual([['PUT', undefined], ...reads, ['PUT', 'W/"7"']]);
  });

  test('has refused what nobody shows for an hour', async () => {
    accepts = false;
    turnedAway = Number.POSITIVE_INFINITY;
    await stage.store('a', 1);
    await stage.turn();
    skipTime(3_500_000);
    await stage.turn();
    expect(await isPending()).toBe(true);
    skipTime(200_000);
    await stage.turn();
    expect(await itemsOf(stage.world.tables.quarantine)).toMatchObject([{ kind: 'undelivered' }]);
  });

  test('is read once more if a PUT that was given up takes effect after it showed nothing', async () => {
    let puts = 0;
    const healthy = answer;
    answer = (response, request) => {
      puts += request.method === 'PUT' ? 1 : 0;
      // The first PUT is not answered, and takes effect after the read.
      if (puts === 1) return void response.destroy();
      if (puts === 2 && request.method === 'PUT') return void response.writeHead(400).end(outcome);
      if (puts === 3 && version === 0) version = 1;
      healthy(response, request);
    };
    await stage.store('a', 1);
    await stage.turn();
    for (let n = 0; n < 4 && (await isPending()); n += 1) {
      skipTime(3_000);
      await stage.turn();
    }
    expect(await itemsOf(stage.world.tables.quarantine)).toEqual([]);
    expect(calls().slice(0, 6)).toEqual([
      ['PUT', undefined],
      ['PUT', undefined],
      ['GET', undefined],
      ['PUT', undefined],
      ['GET', undefined],
      ['PUT', 'W/"1"'],
    ]);
  });

  test('has refused what it does not hold after one read', async () => {
    accepts = false;
    await stage.store('a', 1);
    await stage.turn();
    expect(await itemsOf(stage.world.tables.quarantine)).toMatchObject([{ kind: 'undelivered' }]);
    expect(calls()).toEqual([
      ['PUT', undefined],
      ['GET', undefined],
      ['PUT', undefined],
    ]);
  });
});

describe('R05 R18: a server that says of every PUT that its version is another', () => {
  const outcome = JSON.stringify({
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'error', code: 'conflict' }],
  });
  /** The versions that it shows, one a read. Undefined shows none. */
  let shown: readonly (string | undefined)[];
  let refuses = true;

  beforeEach(async () => {
    refuses = true;
    answer = (response, { method }) => {
      if (method === 'PUT' && refuses) return void response.writeHead(412).end(outcome);
      const reads = requests.filter((request) => request.method === 'GET').length;
      const etag = method === 'GET' ? shown[reads - 1] : 'W/"1"';
      response.writeHead(200, etag === undefined ? {} : { etag }).end();
    };
    await stage.build({ failuresMax: 2 }, server.base);
  });
  async function turnsUntilEnded(): Promise<void> {
    for (let turns = 0; turns < 5 && (await isPending()); turns += 1) await turnLater();
  }
  const calls = () => requests.map(({ method, headers }) => [method, headers['if-match']]);

  test('has refused it once reading the version has not helped as often as a call may fail', async () => {
    shown = Array(9).fill('W/"7"');
    await stage.store('a', 1);
    await turnsUntilEnded();
    expect(calls()).toEqual([
      ['PUT', undefined],
      ['GET', undefined],
      ['PUT', 'W/"7"'],
      ['GET', undefined],
      ['PUT', undefined],
    ]);
    expect(await isPending()).toBe(false);
    expect(await itemsOf(stage.world.tables.quarantine)).toMatchObject([{ kind: 'undelivered' }]);
  });

  test('has refused it if it shows no version either', async () => {
    refuses = false;
    await stage.store('a', 1);
    await stage.turn();
    refuses = true;
    shown = [];
    await stage.store('a', 2);
    await turnsUntilEnded();
    expect(calls().slice(1)).toEqual([
      ['PUT', 'W/"1"'],
      ['GET', undefined],
      ['PUT', undefined],
      ['GET', undefined],
      ['PUT', undefined],
    ]);
    expect(await itemsOf(stage.world.tables.quarantine)).toMatchObject([{ kind: 'undelivered' }]);
  });

  describe('because of another request that it handles at the same time', () => {
    /** What it holds, and until when it says 409 to every PUT. */
    let held: { version: number; busyUntil: number; body: string };
    beforeEach(async () => {
      held = { version: 3, busyUntil: Number.POSITIVE_INFINITY, body: outcome };
      answer = (response, { method, headers }) => {
        const etag = `W/"${held.version}"`;
        if (method === 'GET') return void response.writeHead(200, { etag }).end();
        const isOther = (headers['if-match'] ?? etag) !== etag;
        if (isOther) return void response.writeHead(412).end(held.body);
        if (Date.now() < held.busyUntil) return void response.writeHead(409).end(held.body);
        held.version += 1;
        response.writeHead(200, { etag: `W/"${held.version}"` }).end();
      };
      await stage.build({ failuresMax: 3 }, server.base);
    });
    const isQuarantined = async () => (await itemsOf(stage.world.tables.quarantine)).length > 0;

    test.each([
      ['with', outcome],
      ['without', ''],
    ])('has not refused it while that lasts, %s an OperationOutcome', async (_, body) => {
      held.body = body;
      held.busyUntil = Date.now() + 10 * 60_000;
      await stage.store('a', 1);
      for (let n = 0; n < 9; n += 1) await turnLater();
      // Meanwhile another client has written it.
      held.version = 9;
      for (let n = 0; n < 12 && (await isPending()); n += 1) await turnLater();
      expect(await isQuarantined()).toBe(false);
      expect(await isPending()).toBe(false);
      expect(held.version).toBe(10);
    });

    test('has refused it after twenty of them', async () => {
      await stage.store('a', 1);
      let turns = 0;
      for (; turns < 40 && !(await isQuarantined()); turns += 1) {
        skipTime(600_000);
        await stage.turn();
      }
      expect(turns).toBeGreaterThan(15);
      expect(await isQuarantined()).toBe(true);
      expect(await isPending()).toBe(false);
    });
  });

  test('has not refused it while each read shows a newer version, which somebody else wrote', async () => {
    shown = Array.from({ length: 9 }, (_, n) => `W/"${n + 2}"`);
    await stage.store('a', 1);
    answer = ((refuse) => (response, request) => {
      refuses = requests.length < 9;
      refuse(response, request);
    })(answer);
    await turnsUntilEnded();
    const puts = calls().filter(([method]) => method === 'PUT');
    expect(puts.map(([, named]) => named)).toEqual([undefined, 'W/"2"', 'W/"3"', 'W/"4"', 'W/"5"']);
    expect(await isPending()).toBe(false);
    expect(await itemsOf(stage.world.tables.quarantine)).toEqual([]);
  });
});

test('R10: a server that no longer knows an idle connection has not failed', async () => {
  const used = new WeakSet<Socket>();
  answer = (response, { socket }) => {
    if (used.has(socket)) socket.resetAndDestroy();
    else response.writeHead(200).end();
    used.add(socket);
  };
  for (const version of [1, 2, 3]) {
    await stage.store('a', version);
    await stage.turn();
    expect(await isPending()).toBe(false);
  }
  expect(requests).toHaveLength(3);
  expect(await itemsOf(stage.world.tables.breakers)).toEqual([]);
});

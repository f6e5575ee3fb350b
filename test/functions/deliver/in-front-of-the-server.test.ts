/** Systems between us and the FHIR server: gateways that give up, proxies that change headers. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { skipTime } from '../../support/clock.ts';
import { textOf, useDeliveryStage } from '../../support/delivery-stage.ts';
import { type HttpServer, startHttpServer } from '../../support/http-server.ts';
import { itemsOf } from '../../support/stores.ts';

const stage = useDeliveryStage();
/** Longer than any back-off of these tests, and shorter than `lateMs`. */
const SOON_MS = 5_000;
/** Longer than `lateMs`, and longer than a waiting delivery hides its trigger. */
const LATE_MS = 125_000;

const held = { body: '', version: 0 };
const behind: (() => void)[] = [];
let gateway: HttpServer;
let answersEtag: (etag: string) => string;
let gives504: boolean;

/** Accepts a PUT at once, and may answer for the server before the server has carried it out. */
async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await text(request);
  const etag = () => `W/"${held.version}"`;
  if (request.method === 'GET') {
    response.writeHead(200, { etag: answersEtag(etag()) }).end(held.body);
    return;
  }
  const named = request.headers['if-match'];
  const carryOut = (): boolean => {
    if (named !== undefined && named !== etag()) return false;
    held.body = body;
    held.version += 1;
    return true;
  };
  if (gives504) {
    behind.push(carryOut);
    response.writeHead(504).end();
  } else if (carryOut()) response.writeHead(200, { etag: answersEtag(etag()) }).end();
  else response.writeHead(412).end();
}

beforeEach(async () => {
  held.version = 0;
  behind.length = 0;
  gives504 = false;
  answersEtag = (etag) => etag;
  gateway = await startHttpServer((request, response) => void serve(request, response));
  await stage.build({}, gateway.base);
});
afterEach(() => gateway.stop());

async function turns(count: number, ms: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    skipTime(ms);
    await stage.turn();
  }
}

const isPending = async () => (await stage.resource())['deliveryShard'] !== undefined;

test('R05: after a gateway answers 504, a PUT that the server still carries out does no harm', async () => {
  gives504 = true;
  await stage.store('a', 1);
  await stage.turn();
  gives504 = false;
  await stage.store('a', 2);
  await turns(2, SOON_MS);
  expect(held.body).toBe(textOf('a', 2));
  for (const carryOut of behind.splice(0)) carryOut();
  expect(held.body).toBe(textOf('a', 1));
  await turns(3, LATE_MS);
  expect(held.body).toBe(textOf('a', 2));
  expect(await isPending()).toBe(false);
});

test('R05: a proxy that changes ETags keeps no version from being delivered', async () => {
  answersEtag = (etag) => etag.replace('"', '"gzip-');
  for (const version of [1, 2, 3]) {
    await stage.store('a', version);
    await turns(2, SOON_MS);
    expect(held.body).toBe(textOf('a', version));
    expect(await isPending()).toBe(false);
  }
  expect(await itemsOf(stage.world.tables.quarantine)).toEqual([]);
});

/** A FHIR server that accepts a resource only once it holds what that refers to, as HAPI does by default. */
import { text as textOfStream } from 'node:stream/consumers';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { testClients } from '../../support/clients.ts';
import { skipTime } from '../../support/clock.ts';
import { useDeliveryStage } from '../../support/delivery-stage.ts';
import { type HttpServer, startHttpServer } from '../../support/http-server.ts';
import { type Metrics, watchMetrics } from '../../support/metrics.ts';
import { itemsOf } from '../../support/stores.ts';

const stage = useDeliveryStage();
const held = new Set<string>();
let puts: string[];
/** Statuses in place of the server's own answer, by address. */
let instead: Record<string, number>;
/** With which it refuses. HAPI says 400, others 422. */
let refusal: number;
let beforeRefusal: (() => Promise<void>) | undefined;
let metrics: Metrics;
let server: HttpServer;

const outcome = JSON.stringify({
  resourceType: 'OperationOutcome',
  issue: [{ severity: 'error', code: 'processing', diagnostics: 'not found, specified in path' }],
});

beforeEach(async () => {
  metrics = watchMetrics();
  held.clear();
  puts = [];
  instead = {};
  refusal = 422;
  beforeRefusal = undefined;
  server = await startHttpServer(async (request, response) => {
    const address = request.url?.slice(1) ?? '';
    const body = await textOfStream(request);
    if (request.method === 'GET') return void response.writeHead(404).end(outcome);
    puts.push(address);
    const status = instead[address];
    if (status !== undefined) return void response.writeHead(status).end();
    const wanted = [...body.matchAll(/"reference":"([^"]+)"/g)].map(([, name = '']) => name);
    const isHeld = (name: string) => held.has(name.replace(`${server.base}/`, ''));
    if (!wanted.every(isHeld)) {
      await beforeRefusal?.();
      return void response.writeHead(refusal).end(outcome);
    }
    held.add(address);
    response.writeHead(201).end();
  });
  await stage.build({}, server.base);
});
afterEach(() => server.stop());

const store = (type: string, id: string, ...references: string[]) => {
  const links = references.map((reference) => ({ reference }));
  return put(type, id, JSON.stringify({ resourceType: type, id, derivedFrom: links }));
};
const put = (type: string, id: string, text: string) =>
  stage.store(id, 1, `m-${type}-${id}`, { resourceType: type, text });
async function turns(count: number, ms: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    await stage.turn();
    skipTime(ms);
  }
}
const pending = async () =>
  (await itemsOf(stage.world.tables.resources))
    .filter((item) => item['deliveryShard'] !== undefined)
    .map((item) => item['pk']);
const quarantined = async () =>
  (await itemsOf(stage.world.tables.quarantine)).map(({ pk }) => pk).sort();

test.each([
  [400, 2],
  [422, 1],
])(
  'R18: a resource that overtakes what it refers to, and is refused by %i, is delivered after that',
  async (status, calls) => {
    refusal = status;
    await store('Observation', 'o', 'Patient/p');
    await stage.turn();
    expect(await pending()).toEqual(['default#Observation#o']);
    await store('Patient', 'p');
    await turns(3, 60_000);
    const before = Array(calls).fill('Observation/o');
    expect(puts).toEqual([...before, 'Patient/p', 'Observation/o']);
    expect(await pending()).toEqual([]);
    expect(await quarantined()).toEqual([]);
  },
);

test.each(['', 'absolute'])(
  'R18: it waits while what it refers to is not delivered, however often it is refused (%s)',
  async (how) => {
    const base = how === 'absolute' ? `${server.base}/` : '';
    instead = { 'Patient/p': 503 };
    await store('Patient', 'p');
    await store('Observation', 'o', `${base}Patient/p`);
    await turns(8, 300_000);
    expect(puts.filter((address) => address === 'Observation/o').length).toBeGreaterThan(3);
    expect(await quarantined()).toEqual([]);
    instead = {};
    await turns(4, 600_000);
    expect(await pending()).toEqual([]);
    expect(await quarantined()).toEqual([]);
  },
);

test('R18: an outage of hours, while it waits for what it refers to, does not make the refusal its own', async () => {
  instead = { 'Patient/p': 503 };
  await store('Patient', 'p');
  await store('Observation', 'o', 'Patient/p');
  await turns(2, 60_000);
  skipTime(5 * 3_600_000);
  await turns(4, 300_000);
  expect(await quarantined()).toEqual([]);
  instead = {};
  await turns(4, 600_000);
  expect(await pending()).toEqual([]);
  expect(await quarantined()).toEqual([]);
});

test('R18: what is delivered while a resource that refers to it is being refused was late for that', async () => {
  let refuse = () => {};
  const observed = new Promise<void>((resolve) => {
    beforeRefusal = () => {
      resolve();
      return new Promise((refusing) => {
        refuse = refusing;
      });
    };
  });
  await store('Observation', 'o', 'Patient/p');
  const turn = stage.turn();
  await observed;
  beforeRefusal = undefined;
  await store('Patient', 'p');
  await stage.turn();
  refuse();
  await turn;
  expect(await quarantined()).toEqual([]);
  await turns(2, 60_000);
  expect(puts).toEqual(['Observation/o', 'Patient/p', 'Observation/o']);
  expect(await pending()).toEqual([]);
});

test('R18: what refers to something that never comes is quarantined after seven refusals', async () => {
  await store('Observation', 'o', 'Patient/of-nobody');
  await turns(9, 60_000);
  expect(puts).toHaveLength(7);
  // The alarm on a delivery that fails reads it.
  expect(metrics.max('DeliveryFailingSeconds')).toBeGreaterThanOrEqual(300);
  expect(metrics.sum('DeliveryFailures')).toBe(6);
  expect(await quarantined()).toEqual(['delivery#m-Observation-o']);
});

test('R18: a submission that is stored while an older one is refused has not been refused itself', async () => {
  await store('Observation', 'o', 'Patient/p');
  await turns(5, 60_000);
  beforeRefusal = async () => {
    beforeRefusal = undefined;
    const text = JSON.stringify({
      ...{ resourceType: 'Observation', id: 'o', status: 'final' },
      derivedFrom: [{ reference: 'Patient/p' }],
    });
    await stage.store('o', 2, 'm-newer', { resourceType: 'Observation', text });
  };
  await turns(3, 60_000);
  expect(puts).toHaveLength(8);
  expect(await quarantined()).toEqual([]);
  await store('Patient', 'p');
  await turns(3, 60_000);
  expect(await pending()).toEqual([]);
  expect(await quarantined()).toEqual([]);
});

test('R18: what refers to something by a search gets as many tries', async () => {
  await store('Observation', 'o', 'Patient?identifier=1');
  await turns(5, 5_000);
  expect(await pending()).toEqual(['default#Observation#o']);
  held.add('Patient?identifier=1');
  await turns(2, 60_000);
  expect(await pending()).toEqual([]);
  expect(await quarantined()).toEqual([]);
});

test('what refers to itself, or to what the server has, is quarantined at once', async () => {
  await store('Patient', 'p');
  await stage.turn();
  skipTime(11_000);
  held.clear();
  await store('Observation', 'o', 'Patient/p', 'Observation/o');
  await stage.turn();
  expect(puts).toEqual(['Patient/p', 'Observation/o']);
  expect(await quarantined()).toEqual(['delivery#m-Observation-o']);
});

test('two that refer to each other are quarantined after twenty refusals', async () => {
  await store('Encounter', 'e', 'Condition/c');
  await store('Condition', 'c', 'Encounter/e');
  await turns(19, 600_000);
  expect(await quarantined()).toEqual([]);
  await turns(5, 600_000);
  expect(await quarantined()).toEqual(['delivery#m-Condition-c', 'delivery#m-Encounter-e']);
  expect(await pending()).toEqual([]);
});

test('R18: it waits for any of many references, wherever that stands', async () => {
  const names = Array.from({ length: 60 }, (_, n) => `Patient/p${n}`);
  for (const name of names) await store('Patient', name.slice('Patient/'.length));
  instead = { 'Patient/p59': 503 };
  await turns(6, 2_000);
  skipTime(60_000);
  await store('List', 'l', ...names);
  await turns(12, 60_000);
  expect(puts.filter((address) => address === 'List/l').length).toBeGreaterThan(7);
  expect(await quarantined()).toEqual([]);
  instead = {};
  await turns(8, 300_000);
  expect(await pending()).toEqual([]);
});

test('of many references those beyond the first 500 count as what we do not hold', async () => {
  const names = Array.from({ length: 501 }, (_, n) => `Patient/p${n}`);
  const delivered = names.map((name) => ({
    pk: `default#${name.replace('/', '#')}`,
    deliveredAt: 1,
  }));
  const TableName = stage.world.tables.resources;
  for (const Item of delivered)
    await testClients().dynamo.send(new PutCommand({ TableName, Item }));
  await store('List', 'l', ...names.slice(0, 500));
  await stage.turn();
  expect(await quarantined()).toEqual(['delivery#m-List-l']);
  await store('List', 'longer', ...names);
  await turns(9, 60_000);
  expect(puts.filter((address) => address === 'List/longer')).toHaveLength(7);
});

test('what a resource of more than a MiB refers to is not looked for', async () => {
  const derivedFrom = [{ reference: 'Patient/of-nobody' }];
  const note = [{ text: 'x'.repeat(1024 * 1024) }];
  await put(
    'Observation',
    'o',
    JSON.stringify({ resourceType: 'Observation', id: 'o', derivedFrom, note }),
  );
  await stage.turn();
  expect(puts).toEqual(['Observation/o']);
  expect(await quarantined()).toEqual(['delivery#m-Observation-o']);
});

/**
 * A console that acts on a stage in the emulators: the same effects as the command line, by the same code.
 */
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from 'vitest';
import { saveIncident } from '../../aws/incidents-table.ts';
import type { Counted, Done } from '../../console/contract/acts.ts';
import { ROUTES } from '../../console/contract/routes.ts';
import type { BulkRun, Run, VerifyRun } from '../../console/contract/runs.ts';
import { opened } from '../core/incident/incident-support.ts';
import { testClients } from '../support/clients.ts';
import { receive } from '../support/delivery.ts';
import { tableAt } from '../support/handles.ts';
import { patient } from '../support/resources.ts';
import { itemsOf } from '../support/stores.ts';
import { factsTold, quarantined, useConsole } from './support/console-stage.ts';

const stage = useConsole(true);
const reason = 'the fix is deployed';

async function count(kind: 'redrive' | 'discard', selected: unknown): Promise<Counted> {
  const { status, body } = await stage.page.post<Counted>(ROUTES.count, { kind, selected });
  expect(status).toBe(200);
  return body;
}

/** Acts as the page does: with the number that was counted, and a rate. */
function bulkOf(kind: 'redrive' | 'discard', selected: unknown, { count: n, before }: Counted) {
  return { kind, selected, count: n, before, rate: 1_000, reason };
}

const ended = (id: string) =>
  stage.page
    .until('runs', (runs) => runs.some((run) => run.id === id && run.endedAt !== undefined))
    .then((runs) => runs.find((run) => run.id === id) as BulkRun);

const statuses = async () => {
  const items = await itemsOf(stage.world.tables.quarantine);
  return Object.fromEntries(items.map(({ pk, status }) => [String(pk), status]));
};

test('refuses an empty filter, and an act without a count or a reason', async () => {
  const { page, world } = stage;
  await quarantined(world, 'm-1');
  for (const selected of [{ filter: {} }, {}, { ids: [] }, { filter: { all: true } }]) {
    for (const kind of ['redrive', 'discard']) {
      const counted = await page.post(ROUTES.count, { kind, selected });
      expect(counted).toMatchObject({ status: 400, error: { kind: 'usage' } });
      const act = { kind, selected, before: Date.now(), count: 1, rate: 50, reason };
      expect(await page.post(ROUTES.bulk, act)).toMatchObject({ status: 400 });
    }
  }
  const selected = { filter: { fingerprint: 'f00d' } };
  const uncounted = { kind: 'discard', selected, before: Date.now(), count: 1, rate: 50, reason };
  expect(await page.post(ROUTES.bulk, uncounted)).toMatchObject({ status: 409 });
  const counted = bulkOf('discard', selected, await count('discard', selected));
  for (const wrong of [
    { count: 2 },
    { before: counted.before + 1 },
    { kind: 'redrive' },
    { selected: { filter: { source: 'clinic' } } },
  ]) {
    const answer = await page.post(ROUTES.bulk, { ...counted, ...wrong });
    expect(answer).toMatchObject({
      status: 409,
      error: { message: expect.stringContaining('count first') },
    });
  }
  for (const wrong of [{ reason: '--' }, { rate: 0 }, { rate: 1_001 }, { more: 1 }]) {
    expect(await page.post(ROUTES.bulk, { ...counted, ...wrong })).toMatchObject({ status: 400 });
  }
  expect(await statuses()).toEqual({ 'm-1': 'quarantined' });
  expect(await factsTold(world)).toEqual([]);
});

test('R07: redrives all that match at a rate, with progress, between two facts for the audit log', async () => {
  const { page, world } = stage;
  await quarantined(world, 'm-2', { fingerprint: 'beef' });
  await quarantined(world, 'm-3', { fingerprint: 'beef', source: 'lab' });
  await quarantined(world, 'm-4', { fingerprint: 'beef', source: 'lab', status: 'discarded' });
  const selected = { filter: { source: 'lab' } };
  const counted = await count('redrive', selected);
  expect(counted).toMatchObject({ count: 1, counts: { sent: 1 } });
  expect(counted.commandLine).toContain('quarantine redrive --all --source lab --before 20');
  // An entry that arrives after the count is not taken.
  await quarantined(world, 'm-5', { source: 'lab', quarantinedAt: counted.before + 1 });
  const begun = await page.post<Run>(ROUTES.bulk, bulkOf('redrive', selected, counted));
  expect(begun).toMatchObject({ status: 200, body: { state: 'running', total: 1, by: 'ana' } });
  const { body: stopped } = await page.post<Run>(ROUTES.stop, { run: begun.body.id });
  expect(['stopping', 'running']).toContain(stopped.state);
  const run = await ended(begun.body.id);
  expect(run.failures).toEqual([]);
  if (run.counts['sent'] === undefined) {
    // It was stopped before it began, so the same count can be redriven again.
    const again = await page.post<Run>(ROUTES.bulk, bulkOf('redrive', selected, counted));
    await page.until('runs', ([first]) => (first as BulkRun).counts['sent'] === 1);
    await page.post(ROUTES.stop, { run: again.body.id });
    await ended(again.body.id);
  }
  const [record, ...others] = await receive(world.queues.isolation);
  expect(record?.body).toBe(patient());
  expect(others).toEqual([]);
  expect(await statuses()).toMatchObject({
    'm-2': 'quarantined',
    'm-3': 'redriven',
    'm-5': 'quarantined',
  });
  const facts = (await factsTold(world)).slice(-2);
  expect(facts).toMatchObject([
    {
      kind: 'redrive',
      actor: 'ana',
      reason,
      details: { phase: 'began', selection: 'all', source: 'lab' },
    },
    { kind: 'redrive', details: { phase: 'ended', 'count: sent': 1 } },
  ]);
});

test('discards entries by id, and runs one act at a time', async () => {
  const { page, world } = stage;
  const selected = { ids: ['m-2', 'm-5', 'm-9'] };
  const counted = await count('discard', selected);
  expect(counted).toMatchObject({ count: 2, counts: { discarded: 2, unknown: 1 } });
  const slow = { ...bulkOf('discard', selected, counted), rate: 1 };
  const begun = await page.post<Run>(ROUTES.bulk, slow);
  expect(await page.post(ROUTES.bulk, slow)).toMatchObject({
    status: 409,
    error: { message: expect.stringContaining('another act is running') },
  });
  expect(await ended(begun.body.id)).toMatchObject({
    ...{ state: 'done', done: 3, total: 2 },
    counts: { discarded: 2, unknown: 1 },
  });
  expect(await statuses()).toMatchObject({ 'm-2': 'discarded', 'm-5': 'discarded' });
  await factsTold(world);
});

test('R22: acknowledges an incident once', async () => {
  const { page, world } = stage;
  await saveIncident(tableAt(world.tables.incidents), opened());
  const word = { word: 'acknowledge', scope: 'validate', number: 1, reason };
  const { status, body } = await page.post<Done>(ROUTES.incident, word);
  expect({ status, body }).toMatchObject({
    status: 200,
    body: {
      message: 'incident validate#1 is acknowledged',
      commandLine: expect.stringContaining("ack 'validate#1'"),
    },
  });
  expect(await page.post(ROUTES.incident, word)).toMatchObject({
    status: 409,
    error: { kind: 'refused' },
  });
  const { incidents } = await page.until(
    'snapshot',
    (seen) => seen.incidents.value?.incidents[0]?.status === 'acknowledged',
  );
  expect(incidents.value?.incidents[0]?.acknowledged).toMatchObject({ by: 'ana', why: reason });
  expect(await page.post(ROUTES.incident, { ...word, number: 7 })).toMatchObject({ status: 409 });
});

test('R17: forces a breaker with a reason and an expiry, and resets it; both are audited', async () => {
  const { page, world } = stage;
  const forced = { word: 'force-open', service: 'fhir-server', reason, forMs: 60_000 };
  expect(await page.post(ROUTES.breaker, forced)).toMatchObject({
    status: 200,
    body: { changed: true },
  });
  for (const wrong of [
    { forMs: 0 },
    { forMs: 90_000_000 },
    { word: 'reset' },
    { service: 'fhir-sever' },
  ]) {
    const { status } = await page.post(ROUTES.breaker, { ...forced, ...wrong });
    expect(status).toBe(400);
  }
  const seen = await page.until(
    'snapshot',
    ({ breakers }) => breakers.value?.[0]?.forced !== undefined,
  );
  expect(seen.breakers.value).toMatchObject([
    { phase: 'open', forced: { by: 'ana', why: reason } },
  ]);
  const reset = await page.post<Done>(ROUTES.breaker, {
    word: 'reset',
    service: 'fhir-server',
    reason,
  });
  expect(reset).toMatchObject({
    status: 200,
    body: { message: expect.stringContaining('is closed') },
  });
  const facts = await factsTold(world);
  expect(facts.map(({ kind, actor }) => `${kind} ${actor}`)).toEqual(
    Array(2).fill('breaker-forced ana'),
  );
});

test('R31: pauses and resumes a lane', async () => {
  const { page } = stage;
  const word = { word: 'pause', lane: 'background', reason };
  expect(await page.post(ROUTES.lane, word)).toMatchObject({
    status: 200,
    body: { changed: true },
  });
  const again = await page.post<Done>(ROUTES.lane, word);
  expect(again.body).toMatchObject({
    changed: false,
    message: expect.stringContaining('nothing to pause'),
  });
  const { lanes } = await page.until(
    'snapshot',
    (seen) => seen.lanes.value?.[0]?.holds.length === 1,
  );
  expect(lanes.value).toMatchObject([
    {
      holds: [{ holder: 'operator', by: 'ana', why: reason }],
      nextProbe: { waitsFor: 'operator' },
    },
  ]);
  expect(await page.post(ROUTES.lane, { ...word, lane: 'express' })).toMatchObject({ status: 400 });
  const resumed = await page.post<Done>(ROUTES.lane, { ...word, word: 'resume' });
  expect(resumed.body.message).toMatch(/^lane background resumed; nobody holds it/);
});

test('R40: verifies the audit log, and reports what is wrong with it', async () => {
  const { page, world } = stage;
  const whole = await page.post<Run>(ROUTES.verify, {});
  const verified = await page.until(
    'runs',
    ([run]) => run?.id === whole.body.id && run.endedAt !== undefined,
  );
  expect(verified[0] as VerifyRun).toMatchObject({
    ...{ kind: 'verify', state: 'done' },
    verified: { whole: true, message: expect.stringContaining('whole: 0 entries') },
  });
  const Item = { pk: 'main', sk: '000000000001', line: '{}' };
  await testClients().dynamo.send(new PutCommand({ TableName: world.tables.audit, Item }));
  const broken = await page.post<Run>(ROUTES.verify, {});
  const [run] = await page.until(
    'runs',
    ([first]) => first?.id === broken.body.id && first.endedAt !== undefined,
  );
  expect((run as VerifyRun).verified).toMatchObject({ whole: false });
});

test('hostile text stays text: the server believes nothing of a request and interprets none of it', async () => {
  const { page } = stage;
  const hostile = ['<script>', '\u0000', '../..', "'; drop", '__proto__', 'x'.repeat(2_000)];
  for (const text of hostile) {
    for (const [route, body] of [
      [ROUTES.stop, { run: text }],
      [ROUTES.reveal, { what: 'entry', id: text, reason }],
      [ROUTES.lane, { word: text, lane: 'background', reason }],
      [ROUTES.incident, { word: 'resolve', scope: text, number: 1, reason }],
      [ROUTES.breaker, { word: 'reset', service: text, reason }],
    ] as const) {
      const { status, error } = await page.post(route, body);
      expect({ route, text, status }).toEqual({
        route,
        text,
        status: expect.toBeOneOf([400, 404, 409]),
      });
      expect(error?.message).not.toContain('.ts:');
    }
  }
  for (const body of [null, [], 7, '{}', { __proto__: { filter: {} } }]) {
    expect((await page.post(ROUTES.count, body)).status).toBe(400);
  }
});

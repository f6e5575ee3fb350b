/**
 * A console on a stage in the emulators, through real SDK clients: what it shows, and that it only reads.
 */
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from 'vitest';
import { recordCrash } from '../../aws/crash-items.ts';
import { saveIncident } from '../../aws/incidents-table.ts';
import type { Lives } from '../../console/contract/message-lives.ts';
import type { EntryPage, EntryView, QuarantineGroups } from '../../console/contract/quarantine.ts';
import type { Revealed } from '../../console/contract/reveal.ts';
import { ROUTES } from '../../console/contract/routes.ts';
import { untouched } from '../../core/supervision/supervised-state.ts';
import { opened } from '../core/incident/incident-support.ts';
import { factOf, loadAudit, tell } from '../support/audit.ts';
import { testClients } from '../support/clients.ts';
import { deliver } from '../support/delivery.ts';
import { tableAt } from '../support/handles.ts';
import { patient } from '../support/resources.ts';
import { depthOf, itemsOf } from '../support/stores.ts';
import { factsTold, OUTCOME, quarantined, useConsole } from './support/console-stage.ts';

const stage = useConsole(false);

const put = (TableName: string, Item: Record<string, unknown>) =>
  testClients().dynamo.send(new PutCommand({ TableName, Item }));

test('the stream says who is looking, and has every figure with its age or its trouble', async () => {
  const { page, world } = stage;
  expect(await page.until('hello')).toMatchObject({
    ...{ stage: world.stage, operate: false, by: 'ana', local: false },
    cliOptions: `--stage ${world.stage}`,
  });
  const snapshot = await page.until('snapshot', ({ lanes, incidents, audit, environments }) =>
    [lanes.readAt, incidents.readAt, audit.readAt, environments.trouble].every(Boolean),
  );
  expect(snapshot.environments).toMatchObject({ trouble: { kind: 'failing' } });
  expect(snapshot.local).toBeUndefined();
  const names = snapshot.queues.value?.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['audit.fifo', 'background', 'critical-isolation']));
  expect(names).not.toContain('oncall-reader');
  expect(snapshot.queues.value).toContainEqual(
    expect.objectContaining({
      name: 'background-dead-letter',
      role: 'dead-letter',
      lane: 'background',
      waiting: 0,
    }),
  );
});

test('R31 R33: shows who paused a lane, why, and what its next probe waits for', async () => {
  const { page, world } = stage;
  const hold = { since: 5, why: 'died too often', by: 'supervisor' };
  const wakeAt = Date.now() + 3_600_000;
  const state = {
    ...untouched('background'),
    version: 1,
    holds: { supervisor: hold },
    wakeAt,
    setbacks: 2,
  };
  const restarts = [
    { id: 'a', at: 7 },
    { id: 'b', at: 9 },
  ];
  await put(world.tables.supervision, { pk: 'background', ...state });
  await put(world.tables.supervision, {
    pk: 'audit',
    ...untouched('audit'),
    version: 1,
    restarts,
    spentUntil: 8,
  });
  const { lanes, tree } = await page.until(
    'snapshot',
    ({ lanes: seen, tree: nodes }) =>
      seen.value?.[0]?.phase === 'paused' &&
      nodes.value?.some(({ name, restarts: some }) => name === 'audit' && some.length > 0) === true,
  );
  expect(lanes.value).toMatchObject([
    {
      lane: 'background',
      holds: [{ holder: 'supervisor', why: 'died too often' }],
      nextProbe: { waitsFor: 'cool-down', at: wakeAt },
      setbacks: 2,
      mappings: [{ enabled: true, configuredMax: 8, differs: true }, { configuredMax: 2 }],
    },
  ]);
  expect(tree.value?.[0]).toMatchObject({ name: 'application', depth: 0, intensity: 0 });
  const node = tree.value?.find(({ name }) => name === 'audit');
  expect(node).toMatchObject({
    parent: 'error-kernel',
    intensity: 10,
    periodMs: 60_000,
    restarts: [9],
  });
  expect(tree.value?.find(({ name }) => name === 'background')).toMatchObject({
    lane: 'background',
  });
  expect(tree.value?.find(({ name }) => name === 'critical')?.lane).toBeUndefined();
});

test('R10: shows how near a breaker is to opening, and what opened it last', async () => {
  const { page, world } = stage;
  const transition = {
    from: 'closed',
    to: 'open',
    generation: 1,
    at: 5,
    why: 'it failed',
    openUntil: 9,
  };
  const common = {
    generation: 1,
    version: 3,
    since: 5,
    why: 'it failed',
    reopenings: 0,
    receipts: [],
  };
  const open = { phase: 'open', failedProbes: 2, openUntil: 9, recent: [transition] };
  await put(world.tables.breakers, { pk: 'fhir-server', ...common, ...open });
  const closed = { ...common, phase: 'closed', generation: 0, failures: 2, window: [], recent: [] };
  await put(world.tables.breakers, { pk: 'plugin-rules', ...closed });
  const { breakers } = await page.until('snapshot', (seen) => seen.breakers.value?.length === 2);
  expect(breakers.value).toMatchObject([
    {
      ...{ name: 'fhir-server', kind: 'service', phase: 'open', openUntil: 9, failedProbes: 2 },
      trip: { kind: 'consecutive', failures: 7 },
      transitions: [{ at: 5, to: 'open' }],
    },
    { name: 'rules', kind: 'plugin', failures: 2, trip: { kind: 'intensity', intensity: 3 } },
  ]);
});

test('R20: the crash window slides by the times of its crashes, beside its threshold and its incident', async () => {
  const { page, world } = stage;
  const table = tableAt(world.tables.incidents);
  const now = Date.now();
  for (const age of [120_000, 20_000, 10_000]) {
    const crash = { id: `c${age}`, component: 'validate', kind: 'exit', at: now - age } as const;
    const recorded = { ...crash, lane: 'background', incidentsOver: 0 } as const;
    await recordCrash(table, recorded, crash.id, now + 600_000);
  }
  await saveIncident(table, opened({ openedAt: now, windowMs: 60_000, done: { page: now } }));
  const { incidents } = await page.until(
    'snapshot',
    (seen) => seen.incidents.value?.incidents.length === 1,
  );
  expect(incidents.value).toMatchObject({
    ...{ crashesToOpen: 4, windowMs: 60_000 },
    windows: [
      {
        scope: 'validate',
        crashes: [
          { at: now - 20_000, kind: 'exit', lane: 'background', spent: false },
          { at: now - 10_000, spent: false },
        ],
        more: false,
      },
    ],
    incidents: [{ key: 'validate#1', status: 'open', notices: [{ step: 'page', at: now }] }],
  });
});

test('R40: shows the last entries of the audit log, the newest first', async () => {
  const { page, world } = stage;
  await tell(world, factOf('a'), factOf('b', { kind: 'page', reason: 'why' }));
  await deliver((await loadAudit()).handler, world.queues.audit);
  const { audit } = await page.until(
    'snapshot',
    (seen) => (seen.audit.value?.entries.length ?? 0) > 0,
  );
  expect(audit.value).toMatchObject({ deployment: expect.any(String) });
  const [first, second] = audit.value?.entries ?? [];
  expect(first).toMatchObject({ kind: 'page', reason: 'why', actor: 'ada' });
  expect(second?.sequence).toBe((first?.sequence ?? 0) - 1);
});

test('R08: groups, entries and a single entry of Quarantine show no body and no value', async () => {
  const { page, world } = stage;
  await quarantined(world, 'm-1');
  await quarantined(world, 'm-2', {
    kind: 'rejection',
    outcome: OUTCOME,
    source: 'lab',
    fingerprint: 'beef',
  });
  await quarantined(world, 'm-3', { status: 'discarded' });
  const all = await page.get<QuarantineGroups>(ROUTES.groups);
  expect(all.body).toMatchObject({ total: 2, interrupted: 0 });
  const lab = await page.get<QuarantineGroups>(ROUTES.groups, { source: 'lab', text: 'TYPEERROR' });
  expect(lab.body.groups).toMatchObject([{ fingerprint: 'beef', count: 1, example: 'm-2' }]);
  const entries = await page.get<EntryPage>(ROUTES.entries, { fingerprint: 'f00d' });
  expect(entries.body.entries.map(({ id, status }) => `${id} ${status}`).sort()).toEqual([
    'm-1 quarantined',
    'm-3 discarded',
  ]);
  const entry = await page.get<EntryView>(ROUTES.entry, { id: 'm-2' });
  expect(entry.body).toMatchObject({
    ...{ id: 'm-2', body: 'masked', source: 'lab' },
    issues: [{ severity: 'error', code: 'code-invalid', expression: ['Patient.gender'] }],
    commandLine: `npm run cli -- quarantine show m-2 --stage ${world.stage}`,
  });
  for (const { body } of [all, lab, entries, entry]) {
    expect(JSON.stringify(body)).not.toMatch(/Chalmers|\b4711\b/);
  }
  expect(await page.get(ROUTES.entry, { id: 'm-9' })).toMatchObject({ status: 404 });
  for (const wrong of [
    { lane: 'elsewhere' },
    { all: 'yes' },
    { text: '' },
    { source: 'x'.repeat(2_000) },
  ]) {
    expect(await page.get(ROUTES.groups, wrong as never)).toMatchObject({ status: 400 });
  }
});

test('R42: reveals a body with a reason, after the audit log has it', async () => {
  const { page, world } = stage;
  await factsTold(world);
  for (const reason of ['', ' ', '...']) {
    const refused = await page.post(ROUTES.reveal, { what: 'entry', id: 'm-2', reason });
    expect(refused).toMatchObject({ status: 400, error: { kind: 'usage' } });
  }
  expect(await depthOf(world.queues.audit)).toBe(0);
  const { status, body } = await page.post<Revealed>(ROUTES.reveal, {
    ...{ what: 'entry', id: 'm-2', reason: 'ticket 7' },
  });
  expect(status).toBe(200);
  expect(JSON.parse(body.body)).toEqual(JSON.parse(patient()));
  expect(body.issues).toMatchObject([
    { text: "'4711' is none of the codes", code: 'code-invalid' },
  ]);
  const [line = 0] = body.issues[0]?.lines ?? [];
  expect(body.body.split('\n')[line - 1]).toMatch(/^ {2}"gender":|^\{/);
  const facts = await factsTold(world);
  expect(facts).toMatchObject([
    {
      ...{ kind: 'phi-read', actor: 'ana', reason: 'ticket 7' },
      details: { what: 'body and outcome', lane: 'background', kind: 'rejection' },
    },
  ]);
  expect(JSON.stringify(facts)).not.toMatch(/m-2|Chalmers|\b4711\b/);
});

test('R42: reveals a stored resource with a reason, after the audit log has it', async () => {
  const { page, world } = stage;
  await factsTold(world);
  const place = { pk: 'default#Patient#example', source: 'default', resourceType: 'Patient' };
  const times = { submissionOrder: '0007', sentAt: 7, storedAt: 9 };
  await put(world.tables.resources, {
    ...place,
    ...times,
    ...{ messageId: 'm-stored', lane: 'critical', body: patient() },
  });
  const reveal = (id: string, reason: string) =>
    page.post<Revealed>(ROUTES.reveal, { what: 'stored', id, reason });
  expect(await reveal('m-stored', ' ')).toMatchObject({ status: 400, error: { kind: 'usage' } });
  expect(await reveal('m-replaced', 'ticket 7')).toMatchObject({ status: 404 });
  expect(await depthOf(world.queues.audit)).toBe(0);
  const { status, body } = await reveal('m-stored', 'ticket 7');
  expect(status).toBe(200);
  expect(JSON.parse(body.body)).toEqual(JSON.parse(patient()));
  expect(body).toMatchObject({ issues: [], truncated: false });
  const facts = await factsTold(world);
  expect(facts).toMatchObject([
    {
      ...{ kind: 'phi-read', actor: 'ana', reason: 'ticket 7' },
      details: { what: 'stored resource', lane: 'critical' },
    },
  ]);
  expect(JSON.stringify(facts)).not.toMatch(/m-stored|Chalmers/);
});

test.each([
  { what: 'entry', id: 'm-2' },
  { what: 'stored', id: 'm-stored' },
])('R42: does not show what cannot be recorded: $what', async (which) => {
  const { page, world, lambda } = stage;
  const name = `fhir-failsafe-${world.stage}-audit`;
  lambda.configure(name, {});
  const { error, body } = await page.post(ROUTES.reveal, { ...which, reason: 'ticket 7' });
  expect(error?.message).toMatch(/^not shown, because it cannot be recorded/);
  expect(JSON.stringify(body)).not.toMatch(/Chalmers/);
});

test('shows the life of a message, as `message show` does', async () => {
  const { page, world } = stage;
  const attempts = [
    { requestId: 'r-1', startedAt: 7, ended: 9, crash: 'exception', reason: 'boom' },
  ];
  await quarantined(world, 'm-4', { attempts });
  const { body } = await page.get<Lives>(ROUTES.lives, { id: 'm-4' });
  expect(body.lives).toMatchObject([
    { messageId: 'm-4', ending: 'dead-lettered', entries: ['m-4'], stored: false },
  ]);
  expect(body.lives[0]?.steps).toContainEqual({
    at: 9,
    what: 'crashed: exception boom',
    requestId: 'r-1',
  });
  const unknown = await page.get<Lives>(ROUTES.lives, { id: 'ward.ndjson:7' });
  expect(unknown.body).toMatchObject({ lives: [], slowWouldHelp: true, hints: expect.any(Array) });
  const slow = await page.get<Lives>(ROUTES.lives, { id: 'ward.ndjson:7', slow: '1' });
  expect(slow.body).toMatchObject({ lives: [], slowWouldHelp: false });
});

test('does nothing without --operate, whatever is requested', async () => {
  const { page, world } = stage;
  const before = await itemsOf(world.tables.quarantine);
  const selected = { filter: { fingerprint: 'f00d' } };
  const counted = await page.post<{ count: number; before: number }>(ROUTES.count, {
    kind: 'discard',
    selected,
  });
  expect(counted).toMatchObject({ status: 200, body: { counts: { discarded: 2 } } });
  const reason = 'because';
  const { count, before: until } = counted.body;
  const acts = {
    [ROUTES.bulk]: { kind: 'discard', selected, before: until, count, rate: 50, reason },
    [ROUTES.incident]: { word: 'resolve', scope: 'validate', number: 1, reason },
    [ROUTES.breaker]: { word: 'reset', service: 'fhir-server', reason },
    [ROUTES.lane]: { word: 'resume', lane: 'background', reason },
  };
  for (const [route, body] of Object.entries(acts)) {
    expect(await page.post(route, body)).toMatchObject({
      status: 403,
      error: { kind: 'read-only' },
    });
  }
  // A deployed stage has no box of faults.
  expect(await page.post(ROUTES.local, { act: 'kill', function: 'audit' })).toMatchObject({
    status: 404,
  });
  expect(await itemsOf(world.tables.quarantine)).toEqual(before);
  expect(await factsTold(world)).toEqual([]);
});

/**
 * `npm run bench:incident`: a burst of crash events of one scope, out of order and some of them twice, read
 * by two environments in batches of 100 as deployed, then fifteen minutes of wakes. Prints the result and
 * its cost at DynamoDB, per event and for several sizes, beside the floor of one write an event: is the
 * cost linear? Then the same for the audit log, which gets each crash as a fact. Fails if an incident, a
 * page, the count or the log is wrong.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import pLimit from 'p-limit';
import { latestIncident } from '../aws/incidents-table.ts';
import { MINUTE_WAKE } from '../core/message/messages.ts';
import { loadAudit } from '../test/support/audit.ts';
import { skipTime } from '../test/support/clock.ts';
import { receive } from '../test/support/delivery.ts';
import { startEmulators } from '../test/support/emulators.ts';
import { loadFunctions } from '../test/support/functions.ts';
import { tableAt } from '../test/support/handles.ts';
import { buildWorld, type World } from '../test/support/world.ts';
import { writeAudit } from './incident/audit.ts';
import { meter } from './incident/meter.ts';
import { noWords } from './words.ts';

noWords();

const SIZES = (process.env['EVENTS'] ?? '1000,3000,10000').split(',').map(Number);
const BATCH = 100;
const READERS = 2;
const TWICE_SHARE = 0.05;
const SPAN_MS = 60_000;
const MINUTES = 15;
const MINUTE_MS = 60_000;
const DOLLARS_PER_MILLION = { readUnits: 0.125, writeUnits: 0.625 };

type Handler = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;

/** The function reads its environment once, so the stage is the same and the scopes differ. */
async function burst(size: number, world: World, handler: Handler) {
  const scope = `component-${size}`;
  const bodies = storm(scope, size);
  const before = meter.read();
  const started = performance.now();
  const readers = pLimit(READERS);
  const batches = Array.from({ length: Math.ceil(bodies.length / BATCH) }, (_, n) =>
    readers(() => invoke(handler, bodies.slice(n * BATCH, (n + 1) * BATCH))),
  );
  await Promise.all(batches);
  const seconds = (performance.now() - started) / 1_000;
  const inBurst = meter.since(before);
  for (let minute = 0; minute < MINUTES; minute += 1) {
    skipTime(MINUTE_MS);
    await invoke(handler, [JSON.stringify(MINUTE_WAKE)]);
  }
  const all = meter.since(before);
  await check(scope, size, world);
  const cost =
    all.readUnits * DOLLARS_PER_MILLION.readUnits + all.writeUnits * DOLLARS_PER_MILLION.writeUnits;
  return {
    events: size,
    'writes / event, burst': (inBurst.writes / size).toFixed(3),
    'reads / event, burst': (inBurst.reads / size).toFixed(3),
    'write units / event': (all.writeUnits / size).toFixed(3),
    'read units / event': (all.readUnits / size).toFixed(3),
    '$ / million events': (cost / size).toFixed(2),
    'events / s here': Math.round(size / seconds),
  };
}

/** Bodies of the events, shuffled, some of them twice. */
function storm(scope: string, size: number): string[] {
  const now = Date.now();
  const events = Array.from({ length: size }, (_, n) => ({
    id: `${scope}-${n}`,
    component: scope,
    kind: 'exit',
    at: now - Math.floor((n * SPAN_MS) / size),
    requestId: randomUUID(),
    lane: 'background',
    during: 'resource',
    messageId: randomUUID(),
    fingerprint: '16e4b77cafa85b0c',
  }));
  const all = [...events, ...events.slice(0, Math.floor(size * TWICE_SHARE))];
  return all
    .map((event, n) => ({ event, order: (n * 7_919) % all.length }))
    .sort((a, b) => a.order - b.order)
    .map(({ event }) => JSON.stringify(event));
}

async function invoke(handler: Handler, bodies: readonly string[]): Promise<void> {
  const Records = bodies.map((body) => ({ messageId: randomUUID(), body }) as SQSRecord);
  const context = { awsRequestId: randomUUID(), getRemainingTimeInMillis: () => 30_000 };
  const { batchItemFailures } = await handler({ Records }, context as Context);
  assert.equal(batchItemFailures.length, 0);
}

async function check(scope: string, size: number, world: World): Promise<void> {
  const incident = await latestIncident(tableAt(world.tables.incidents), scope);
  assert.equal(incident?.number, 1, 'one incident');
  assert.equal(incident.crashes, size, 'the count is exact');
  const notices: string[] = [];
  for (let page = await receive(world.queues.oncall); page.length > 0; ) {
    notices.push(
      ...page
        .filter(({ messageAttributes }) => messageAttributes['scope']?.stringValue === scope)
        .map(({ messageAttributes }) => String(messageAttributes['notice']?.stringValue)),
    );
    page = await receive(world.queues.oncall);
  }
  assert.deepEqual(notices, ['page', 'page-again', 'resolution'], 'one page, and what follows');
}

const emulators = await startEmulators();
const world = await buildWorld();
const { incident, clients } = await loadFunctions(['incident']);
const { handler: audit, clients: auditClients } = await loadAudit();
for (const { dynamo } of [...clients, ...auditClients]) meter.attach(dynamo.middlewareStack);
const rows = [];
const audited = [];
for (const size of SIZES) {
  rows.push(await burst(size, world, incident));
  audited.push(await writeAudit(size, world, audit));
}
console.table(rows);
console.log('Each: one incident; one page, again after 5 min, resolved; the count exact.');
console.log(
  'Floor: 1 write an event. An environment has 3 writes in flight at most, two read the queue.',
);
console.table(audited);
console.log(
  'Floor: an object a batch of ten, 2 writes and a read unit an entry. One batch at a time: its group has one reader.',
);
await emulators.stop();

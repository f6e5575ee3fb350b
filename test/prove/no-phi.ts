/**
 * `npm run prove:phi -- FOLDER`: runs the Synthea resources of a folder (NDJSON, .gz or not) through the
 * real pipeline. Every fiftieth is made invalid by a value that names somebody, and a few kill their
 * process. Then it searches everything that leaves Resources and Quarantine for whatever names somebody
 * (R08): log lines, metrics, spans, pages, outcomes, audit, crash events, fingerprints.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import { paginateScan } from '@aws-sdk/lib-dynamodb';
import type { Entry } from '../../cli/input/entry.ts';
import { readInputs } from '../../cli/input/read-input.ts';
import { ensureBuilt } from '../../demo/build.ts';
import { connect } from '../../demo/pipeline.ts';
import { runThrough } from '../../demo/run.ts';
import { CHAOS_SYSTEM } from '../../functions/validate/chaos.ts';
import { createClients } from '../../packages/local-lambda/clients.ts';
import { httpCalls } from '../../packages/local-lambda/emulators/calls.ts';
import {
  receiveMessages,
  removeMessages,
} from '../../packages/local-lambda/event-source/source-queue.ts';
import { subscribeQueue } from '../../packages/local-lambda/provision/topics.ts';
import { startRuntime } from '../../packages/local-lambda/runtime.ts';
import { arn } from '../../packages/local-lambda/template/account.ts';
import { startCollector } from '../support/collector.ts';
import { isProved, Left, PLACES } from './left.ts';
import { phiOf } from './phi-of.ts';

const INVALID_EVERY = 50;
const KILLERS = 12;
const ROOT = join(import.meta.dirname, '../..');
/** As package.json builds it. */
const TRACED = { script: 'build:traced', assembly: join('build', 'traced') };
const COLLECTOR_PORT = 14318;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { plant: { type: 'boolean', default: false } },
});
const [folder, most = '10000'] = positionals;
const plants = values.plant;
if (folder === undefined) throw new Error('usage: npm run prove:phi -- FOLDER [COUNT]');
const phi = new Set<string>();

async function* entries(from: string): AsyncGenerator<Entry> {
  const files = (await readdir(from)).filter((name) => /\.ndjson(\.gz)?$/.test(name));
  let count = 0;
  for await (const entry of readInputs(files.map((name) => join(from, name)))) {
    if (count >= Number(most)) return;
    count += 1;
    if (entry.kind === 'problem') yield entry;
    else yield { ...entry, text: changed(JSON.parse(entry.text), count) };
  }
}

/** Its own id takes the place of a code, which is how a value gets into an issue. */
function changed(resource: Record<string, unknown>, count: number): string {
  for (const one of phiOf(resource)) phi.add(one);
  if (count <= KILLERS) {
    const tag = [{ system: CHAOS_SYSTEM, code: 'exit' }];
    return JSON.stringify({ ...resource, meta: { tag } });
  }
  if (count % INVALID_EVERY !== 0) return JSON.stringify(resource);
  const [secret = 'none'] = phiOf(resource);
  return JSON.stringify({ ...resource, language: { code: secret }, unheardOf: secret });
}

const left = new Left();
/** `--plant` puts a leak into each place, to show that it is found. */
if (plants) for (const place of PLACES) left.add(place, 'Patient Wilhelmina Planted');
if (plants) phi.add('Wilhelmina Planted');

await ensureBuilt(ROOT, console.error, TRACED);
const pages = new Set<string>();
const collector = await startCollector(COLLECTOR_PORT);
const runtime = await startRuntime({
  assembly: join(ROOT, TRACED.assembly),
  onLogLine: ({ line }) => left.add(line.includes('"_aws"') ? 'metrics' : 'log lines', line),
  onPage: (page) => {
    pages.add(page.attributes['dedupKey'] ?? page.subject);
    left.add('pages', JSON.stringify(page));
  },
});
try {
  const clients = createClients(runtime.endpoints);
  const { QueueUrl: url = '' } = await clients.sqs.send(
    new CreateQueueCommand({ QueueName: 'phi-outcomes' }),
  );
  const queues = httpCalls(runtime.endpoints.sqs);
  const outcomes = { call: queues.call, url, arn: arn('sqs', 'phi-outcomes') };
  await subscribeQueue(clients.sns, arn('sns', `${runtime.stackName}-outcomes`), outcomes.arn, {});
  const pipeline = await connect(runtime, () => pages);
  const { signal } = new AbortController();
  const live = { submitted: 0, total: undefined, stored: 0, rejected: 0, quarantined: 0 };
  const run = await runThrough(pipeline, entries(folder), { live, say: console.error, signal });
  console.error(JSON.stringify(run.summary));
  for (;;) {
    const messages = await receiveMessages(outcomes, 10, 1, signal);
    if (messages.length === 0) break;
    for (const { Body = '' } of messages) left.add('outcomes', Body);
    await removeMessages(outcomes, messages);
  }
  queues.stop();
  const { dynamodb: client } = pipeline.tables;
  const scan = async (
    table: 'audit' | 'incidents' | 'quarantine',
    keep: (item: Record<string, unknown>) => unknown,
  ) => {
    const pagesOfTable = paginateScan({ client }, { TableName: `${runtime.stackName}-${table}` });
    for await (const { Items = [] } of pagesOfTable) {
      for (const item of Items) left.add(table, JSON.stringify(keep(item)));
    }
  };
  await scan('audit', (item) => item);
  await scan('incidents', (item) => item);
  await scan('quarantine', ({ fingerprint }) => fingerprint);
} finally {
  await runtime.stop();
  await collector.stop();
}
for (const body of collector.bodies) left.add('spans', body);

const found = left.look(phi);
for (const { place, texts, leaks } of found) {
  const verdict = leaks === 0 ? 'nothing' : `${leaks} of them`;
  console.log(`${place.padEnd(10)} ${String(texts).padStart(7)} texts  ${verdict}`);
}
console.log(`looked for ${phi.size} names, identifiers, addresses and birth dates`);
if (!isProved(found)) process.exitCode = 1;

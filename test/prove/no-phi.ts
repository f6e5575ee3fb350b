/**
 * `npm run prove:phi -- FOLDER`: runs the Synthea resources of a folder (NDJSON, .gz or not) through
 * the real pipeline, every fiftieth made invalid by a value that names somebody and a few that kill
 * their process, and looks in all that leaves Resources and Quarantine for whatever names somebody
 * (R08): log lines, metrics, pages, outcomes, audit, crash events, fingerprints.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import { paginateScan } from '@aws-sdk/lib-dynamodb';
import type { Entry } from '../../cli/input/entry.ts';
import { readInputs } from '../../cli/input/read-input.ts';
import { CHAOS_SYSTEM } from '../../functions/validate/chaos.ts';
import { createClients } from '../../local/clients.ts';
import { receiveMessages, removeMessages } from '../../local/event-source/source-queue.ts';
import { subscribeQueue } from '../../local/provision/topics.ts';
import { startRuntime } from '../../local/runtime.ts';
import { ensureBuilt, LOCAL } from '../../local/start/build.ts';
import { connect } from '../../local/start/pipeline.ts';
import { runThrough } from '../../local/start/run.ts';
import { arn } from '../../local/template/account.ts';
import { phiOf } from './phi-of.ts';

const INVALID_EVERY = 50;
const KILLERS = 12;
const ROOT = join(import.meta.dirname, '../..');

const [folder, most = '10000'] = process.argv.slice(2);
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

/** Its own id stands in for a code, which is how a value gets into an issue. */
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

/** What left, by where to: each line once. */
const left = new Map<string, Set<string>>();
function leaves(where: string, text: string): void {
  const lines = left.get(where) ?? new Set();
  left.set(where, lines.add(text));
}

await ensureBuilt(ROOT, console.error, LOCAL);
const pages = new Set<string>();
const runtime = await startRuntime({
  onLogLine: ({ line }) => leaves(line.includes('"_aws"') ? 'metrics' : 'log lines', line),
  onPage: (page) => {
    pages.add(page.attributes['dedupKey'] ?? page.subject);
    leaves('pages', JSON.stringify(page));
  },
});
try {
  const clients = createClients(runtime.endpoints);
  const { QueueUrl: url = '' } = await clients.sqs.send(
    new CreateQueueCommand({ QueueName: 'phi-outcomes' }),
  );
  const outcomes = { sqs: clients.sqs, url, arn: arn('sqs', 'phi-outcomes') };
  await subscribeQueue(clients.sns, arn('sns', `${runtime.stackName}-outcomes`), outcomes.arn, {});
  const pipeline = await connect(runtime, () => pages);
  const { signal } = new AbortController();
  const live = { submitted: 0, total: undefined, stored: 0, rejected: 0, quarantined: 0 };
  const run = await runThrough(pipeline, entries(folder), { live, say: console.error, signal });
  console.error(JSON.stringify(run.summary));
  for (;;) {
    const messages = await receiveMessages(outcomes, 10, 1, signal);
    if (messages.length === 0) break;
    for (const { Body = '' } of messages) leaves('outcomes', Body);
    await removeMessages(outcomes, messages);
  }
  const { dynamodb: client } = pipeline.tables;
  const scan = async (table: string, keep: (item: Record<string, unknown>) => unknown) => {
    const pagesOfTable = paginateScan({ client }, { TableName: `${runtime.stackName}-${table}` });
    for await (const { Items = [] } of pagesOfTable) {
      for (const item of Items) leaves(table, JSON.stringify(keep(item)));
    }
  };
  await scan('audit', (item) => item);
  await scan('incidents', (item) => item);
  await scan('quarantine', ({ fingerprint }) => fingerprint);
} finally {
  await runtime.stop();
}

let leaks = 0;
for (const where of [
  'log lines',
  'metrics',
  'pages',
  'outcomes',
  'audit',
  'incidents',
  'quarantine',
]) {
  const lines = left.get(where) ?? new Set();
  const text = [...lines].join('\n');
  const found = [...phi].filter((secret) => text.includes(secret));
  leaks += found.length;
  const verdict = found.length === 0 ? 'nothing' : `${found.length} of them`;
  console.log(`${where.padEnd(10)} ${String(lines.size).padStart(7)} texts  ${verdict}`);
  // A place where nothing was looked at proves nothing.
  if (lines.size === 0) process.exitCode = 1;
}
console.log(`looked for ${phi.size} names, identifiers, addresses and birth dates`);
if (leaks > 0) process.exitCode = 1;

/** How CloudWatch may deliver records of deaths: late, in pieces, repeated, and while tables throttle. */
import type { SQSRecord } from 'aws-lambda';
import { beforeEach, describe, expect, test } from 'vitest';
import { startAttempt } from '../../../aws/quarantine-attempts.ts';
import { recordDeath } from '../../../aws/quarantine-deaths.ts';
import { crashEventSchema } from '../../../core/message/messages.ts';
import { contextWith, deliver, receive, remove } from '../../support/delivery.ts';
import { failCalls } from '../../support/faults.ts';
import { type Functions, loadFunctions } from '../../support/functions.ts';
import { tableAt } from '../../support/handles.ts';
import { loadMonitor, logsEvent, platformRecord } from '../../support/logs.ts';
import { itemsOf } from '../../support/stores.ts';
import { useEmulators } from '../../support/use-emulators.ts';
import { buildWorld, type World } from '../../support/world.ts';

useEmulators();
let world: World;
let watcher: Awaited<ReturnType<typeof loadMonitor>>;

beforeEach(async () => {
  world = await buildWorld({});
  watcher = await loadMonitor();
});

const EXIT = 'Runtime.ExitError';
const report = (requestId: string, errorType = EXIT) =>
  platformRecord('report', { requestId, status: 'error', errorType });
const nameOf = (name: string) => `fhir-failsafe-${world.stage}-${name}`;
const background = () => nameOf('validate-background');
const ten = () => Array.from({ length: 10 }, (_, n) => report(`r-${n}`));

/** All crash events of the queue, once each. */
async function told(): Promise<Map<string, unknown>> {
  const ids = new Map<string, unknown>();
  for (;;) {
    const records = await receive(world.queues.incident);
    if (records.length === 0) return ids;
    await remove(world.queues.incident, records);
    for (const { body } of records) {
      const crash = crashEventSchema.parse(JSON.parse(body));
      ids.set(crash.id, crash);
    }
  }
}

/** An SQS event with what Lambda sends to the dead-letter queue: the event itself. */
const kept = (...bodies: unknown[]) => ({
  Records: bodies.map((body, n) => ({
    messageId: `m-${n}`,
    eventSourceARN: `arn:aws:sqs:eu-west-1:000000000000:${nameOf('monitor-dead-letter')}`,
    attributes: { ApproximateReceiveCount: '1', SentTimestamp: String(Date.now()) },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })) as SQSRecord[],
});

describe('R20: no death hides another', () => {
  test('in its delivery, while the attempt of one cannot be recorded', async () => {
    failCalls(watcher, 'dynamo', () => true);
    const watched = watcher.monitor(logsEvent(background(), ten()), contextWith());
    await expect(watched).rejects.toThrow('injected');
    expect((await told()).size).toBe(10);
  });

  test('in its delivery, while one cannot be published', async () => {
    failCalls(watcher, 'sns', (_, input) => String(input['Message']).includes('"r-3"'));
    const watched = watcher.monitor(logsEvent(background(), ten()), contextWith());
    await expect(watched).rejects.toThrow('injected');
    expect((await told()).size).toBe(9);
  });

  test('if retries could not report it: the monitor reads its dead-letter queue until it succeeds', async () => {
    const event = logsEvent(background(), ten());
    const repair = failCalls(watcher, 'sns', () => true);
    for (let tries = 0; tries < 3; tries += 1) {
      await expect(watcher.monitor(event, contextWith())).rejects.toThrow('injected');
    }
    const records = kept(event, 'no delivery');
    const failing = await watcher.monitor(records, contextWith());
    expect(failing?.batchItemFailures).toHaveLength(2);
    expect((await told()).size).toBe(0);
    repair();
    const answer = await watcher.monitor(records, contextWith());
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'm-1' }] });
    expect((await told()).size).toBe(10);
  });
});

describe('R20: a death that is reported in pieces counts once', () => {
  const init = platformRecord('initReport', { status: 'error', errorType: 'TypeError' });
  let functions: Functions;
  beforeEach(async () => {
    functions = await loadFunctions(['incident']);
  });

  async function incidents(pieces: readonly (readonly string[])[][]): Promise<number> {
    for (const [n, death] of pieces.entries()) {
      for (const [m, lines] of death.entries()) {
        const at = Date.now() - 60_000 + 1_000 * n + 10 * m;
        await watcher.monitor(logsEvent(background(), lines, 'DATA_MESSAGE', at), contextWith());
      }
    }
    while ((await deliver(functions.incident, world.queues.incident)) !== undefined);
    const items = await itemsOf(world.tables.incidents);
    return items.filter(({ sk }) => String(sk).startsWith('incident#')).length;
  }
  const deaths = (count: number) =>
    Array.from({ length: count }, (_, n) => [[init], [report(`r-${n}`, 'TypeError')]]);

  test('if it is an init and the invocation that waited for it', async () => {
    expect(await incidents(deaths(9))).toBe(0);
    expect(await incidents([[[report('r-9', 'TypeError')]]])).toBe(1);
  });
});

test('R07: the attempt says what killed it, even if the record with the reason comes later', async () => {
  const table = tableAt(world.tables.quarantine);
  const origin = { messageId: 'm-1', sentAt: 1, source: 'default' };
  const attempt = { requestId: 'r-1', startedAt: 1 };
  await startAttempt(table, { origin, lane: 'background', seen: undefined, counted: [], attempt });
  const done = platformRecord('runtimeDone', {
    requestId: 'r-1',
    status: 'error',
    errorType: EXIT,
  });
  await watcher.monitor(logsEvent(background(), [done]), contextWith());
  expect(await itemsOf(table.name)).toMatchObject([
    { attempts: [{ crash: 'exit', reason: EXIT }] },
  ]);
  const later = [report('r-1', 'Runtime.OutOfMemory')];
  for (const lines of [later, [done], later]) {
    await watcher.monitor(logsEvent(background(), lines), contextWith());
    expect(await itemsOf(table.name)).toMatchObject([
      { attempts: [{ crash: 'out-of-memory', reason: 'Runtime.OutOfMemory' }] },
    ]);
  }
  expect(await recordDeath(table, 'r-1', { crash: 'exit', reason: EXIT })).toBe(false);
});

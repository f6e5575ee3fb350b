import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { ENVELOPE_ATTRIBUTE, type Envelope } from '../../../../core/message/messages.ts';
import {
  startTerminology,
  type TerminologyServer,
} from '../../../../demo/downstream/terminology.ts';
import { testClients } from '../../../support/clients.ts';
import { skipTime } from '../../../support/clock.ts';
import { deliver, send } from '../../../support/delivery.ts';
import { failCalls } from '../../../support/faults.ts';
import type { Functions } from '../../../support/functions.ts';
import { patient } from '../../../support/resources.ts';
import { depthOf, itemsOf } from '../../../support/stores.ts';
import { buildTerminologyWorld, loadValidate, photographed } from '../../../support/terminology.ts';
import { outcomesTold } from '../../../support/told.ts';
import { useEmulators } from '../../../support/use-emulators.ts';
import type { World } from '../../../support/world.ts';

useEmulators();
let server: TerminologyServer;
let world: World;
let functions: Functions;

afterEach(async () => {
  vi.restoreAllMocks();
  await functions.close();
  await server.stop();
});

async function begin(settings: Parameters<typeof buildTerminologyWorld>[1] = {}): Promise<void> {
  server = await startTerminology();
  world = await buildTerminologyWorld(server.endpoint, settings);
  functions = await loadValidate();
}

/** Codes that nobody asked about before, one in each resource. */
let codes = 0;
async function submitNew(count: number, queue = world.queues.lane) {
  for (let n = 0; n < count; n += 1) {
    codes += 1;
    await send(queue, photographed(`p-${codes}`, `image/new-${codes}`));
  }
  const delivery = await deliver(functions.validate, queue);
  expect(delivery?.failed).toEqual([]);
  return (await outcomesTold(world)).map(({ verdict, issues }) => ({
    verdict,
    severities: issues.map(({ severity }) => severity),
  }));
}
const accepted = { verdict: 'stored', severities: ['information'] };
const rejected = { verdict: 'rejected', severities: ['error'] };
const breaker = async () => (await itemsOf(world.tables.breakers))[0];

describe.each(['fail', 'stop'] as const)('R09: a server that would %s', (mode) => {
  test('rejects nothing, crashes nothing, and is soon no longer called', async () => {
    await begin();
    server.setMode(mode);
    expect(await submitNew(8)).toEqual(Array.from({ length: 8 }, () => accepted));
    expect(await breaker()).toMatchObject({ pk: 'terminology-server', phase: 'open' });
    const called = server.counts[mode];
    expect(called).toBeLessThanOrEqual(8);
    expect(await submitNew(8)).toEqual(Array.from({ length: 8 }, () => accepted));
    expect(server.counts[mode]).toBe(called);
    expect(await itemsOf(world.tables.quarantine)).toEqual([]);
    expect(await depthOf(world.queues.isolation)).toBe(0);
    expect(await depthOf(world.queues.incident)).toBe(0);
  });
});

test('R12: after the outage there is one probe after the other, then it decides again', async () => {
  await begin();
  server.setMode('fail');
  await submitNew(8);
  server.setMode('ok');
  for (let turn = 0; turn < 40 && (await breaker())?.['phase'] !== 'closed'; turn += 1) {
    skipTime(10_000);
    await submitNew(1);
  }
  expect(await breaker()).toMatchObject({ phase: 'closed' });
  skipTime(60_000);
  expect(await submitNew(2)).toEqual([rejected, rejected]);
});

test('a server that hangs costs only the time budget: then no further call begins', async () => {
  await begin({ callTimeoutMs: 150, budgetMs: 200, callsMax: 2 });
  server.setMode('slow');
  expect(await submitNew(6)).toEqual(Array.from({ length: 6 }, () => accepted));
  expect(server.counts.slow).toBeLessThanOrEqual(2);
});

interface Command {
  readonly input: { readonly Item?: { readonly answer?: string } };
}

test('R61: a call without an answer within the budget has ended before the invocation does', async () => {
  await begin();
  let underWay = 0;
  let begun = 0;
  for (const { hastyDynamo } of functions.clients) {
    const real = hastyDynamo.send.bind(hastyDynamo) as (...args: unknown[]) => Promise<unknown>;
    const hangs = (command: Command, options: { abortSignal?: AbortSignal } = {}) => {
      if (command.input.Item?.answer === undefined) return real(command, options);
      underWay += 1;
      begun += 1;
      return new Promise((_, reject) => {
        options.abortSignal?.addEventListener('abort', () => {
          underWay -= 1;
          reject(new Error('aborted'));
        });
      });
    };
    vi.spyOn(hastyDynamo, 'send').mockImplementation(hangs as never);
  }
  const submitted = submitNew(2);
  await expect.poll(() => begun).toBe(2);
  skipTime(120_000);
  await submitted;
  expect([begun, underWay]).toEqual([2, 0]);
});

test('no call begins that may outlast the invocation', async () => {
  await begin({ callTimeoutMs: 600_000, budgetMs: 600_000 });
  expect(await submitNew(1)).toEqual([accepted]);
  expect(server.asked).toEqual([]);
});

test('with the breakers table down too, nothing is lost', async () => {
  await begin();
  failCalls(functions, 'hastyDynamo', () => true);
  server.setMode('fail');
  expect(await submitNew(3)).toEqual([accepted, accepted, accepted]);
});

describe('R02 R09: alone, in the isolation queue', () => {
  test('an outage spends no attempt', async () => {
    await begin();
    server.setMode('fail');
    expect(await submitNew(1, world.queues.isolation)).toEqual([accepted]);
    const [entry] = await itemsOf(world.tables.quarantine);
    expect(entry).toMatchObject({ status: 'stored' });
    expect(entry?.['attempts']).toEqual([
      { requestId: expect.any(String), startedAt: expect.any(Number), ended: expect.any(Number) },
    ]);
  });

  /** One whose code the server is being asked about. */
  async function asking(fields: Record<string, unknown> = {}) {
    await begin();
    server.setMode('slow');
    codes += 1;
    const photo = [{ contentType: `image/new-${codes}` }];
    const envelope: Envelope = { messageId: 'm-1', sentAt: 1, source: 'lab', lane: world.lane };
    const attributes = { [ENVELOPE_ATTRIBUTE]: JSON.stringify(envelope) };
    await send(world.queues.isolation, patient({ id: 'asks', photo, ...fields }), attributes);
    const delivered = deliver(functions.validate, world.queues.isolation);
    await expect.poll(() => server.counts.slow).toBe(1);
    const [entry] = await itemsOf(world.tables.quarantine);
    return { delivered, entry };
  }

  test.each([
    ['valid', {}],
    ['invalid', { gender: 'unheard-of' }],
  ])(
    'the attempt has ended before the server is asked, so a death then is not that of a resource that is %s',
    async (_, fields) => {
      const { delivered, entry } = await asking(fields);
      expect(entry?.['attempts']).toMatchObject([{ ended: expect.any(Number) }]);
      await server.stop();
      await delivered;
    },
  );

  test('R04: a message that ends elsewhere while the server is asked keeps that ending', async () => {
    const { delivered, entry } = await asking();
    const Item = { ...entry, status: 'quarantined', kind: 'rejection' };
    const put = new PutCommand({ TableName: world.tables.quarantine, Item });
    await testClients().dynamo.send(put);
    await server.stop();
    expect((await delivered)?.failed).toEqual([]);
    expect(await itemsOf(world.tables.resources)).toEqual([]);
    expect(await itemsOf(world.tables.quarantine)).toMatchObject([{ status: 'quarantined' }]);
  });

  test('what the server rejects is rejected there too', async () => {
    await begin();
    expect(await submitNew(1, world.queues.isolation)).toEqual([rejected]);
  });
});

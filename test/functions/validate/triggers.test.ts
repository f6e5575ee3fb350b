/** The triggers of deliveries that `validate` sends for what it stores. */
import { beforeEach, expect, test } from 'vitest';
import { build } from '../../../functions/validate/build.ts';
import type { IsolatedValidator } from '../../../functions/validate/isolated-validator.ts';
import { later, skipTime } from '../../support/clock.ts';
import { deliver, receive, remove, type SqsHandler, send } from '../../support/delivery.ts';
import { buildDeliveryWorld } from '../../support/delivery-lane.ts';
import { failCalls } from '../../support/faults.ts';
import { type Clients, NOWHERE, validateDeps } from '../../support/functions.ts';
import { patient } from '../../support/resources.ts';
import { itemsOf } from '../../support/stores.ts';
import { outcomesTold } from '../../support/told.ts';
import { useEmulators } from '../../support/use-emulators.ts';
import type { World } from '../../support/world.ts';

const IDS = Array.from({ length: 10 }, (_, n) => `p-${n}`);
const SHORT_MS = 50;

useEmulators();
let world: World;
let validate: Validate;
beforeEach(async () => {
  isOldCode = false;
  world = await buildDeliveryWorld('http://127.0.0.1:1/fhir');
  validate = await loadValidate();
});

interface Validate {
  readonly handler: SqsHandler;
  readonly clients: readonly Clients[];
  /** From now on, what waits to share a request waits no longer than it does otherwise. */
  readonly gatherNoMore: () => void;
}

/** Old code crashes on what new code finds valid. */
let isOldCode = false;
const validator: IsolatedValidator = {
  ready: async () => {},
  validate: async (text) => {
    if (isOldCode) return { kind: 'crash', crash: 'exception', reason: 'x' };
    const { id } = JSON.parse(text);
    return { kind: 'valid', resourceType: 'Patient', id, issues: [] };
  },
};

/** One environment, in which only a full request is made until `gatherNoMore` is called. */
async function loadValidate(): Promise<Validate> {
  const held = new Set<() => void>();
  let isHeld = true;
  const deps = {
    ...(await validateDeps({ ...NOWHERE, pool: validator })),
    later(ms: number, run: () => void) {
      if (!isHeld || ms >= SHORT_MS) return later(ms, run);
      held.add(run);
      return () => held.delete(run);
    },
  };
  const gatherNoMore = () => {
    isHeld = false;
    for (const run of held) run();
  };
  return { handler: build(deps), clients: [deps], gatherNoMore };
}

type Entries = readonly { readonly Id: string; readonly MessageBody: string }[];

/** The bodies of each request that sends triggers. SQS refuses the entries for which `refuses` is true. */
function watchTriggers(refuses: (body: string) => boolean = () => false): string[][] {
  const requests: string[][] = [];
  for (const { sqs } of validate.clients) {
    sqs.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          const { QueueUrl, Entries = [] } = args.input as { QueueUrl?: string; Entries?: Entries };
          const isTriggers =
            commandName === 'SendMessageBatchCommand' && QueueUrl === world.queues.delivery.url;
          if (!isTriggers) return next(args);
          requests.push(Entries.map(({ MessageBody }) => MessageBody));
          validate.gatherNoMore();
          const refused = Entries.filter(({ MessageBody }) => refuses(MessageBody));
          const taken = Entries.filter((entry) => !refused.includes(entry));
          const answer = await next({ ...args, input: { ...args.input, Entries: taken } as never });
          const Failed = refused.map(({ Id }) => ({
            Id,
            Code: 'InternalError',
            SenderFault: false,
          }));
          return { ...answer, output: { ...answer.output, Failed } };
        },
      { step: 'initialize', name: 'triggers' },
    );
  }
  return requests;
}

async function sendAll(): Promise<Map<string, string>> {
  const sent = IDS.map(async (id) => [id, await send(world.queues.lane, patient({ id }))] as const);
  return new Map(await Promise.all(sent));
}

/** The bodies of all triggers that were sent since the last call, sorted. */
async function triggers(): Promise<string[]> {
  const bodies = [];
  for (;;) {
    const records = await receive(world.queues.delivery);
    if (records.length === 0) return bodies.sort();
    bodies.push(...records.map(({ body }) => body));
    await remove(world.queues.delivery, records);
  }
}
const published = async () => (await outcomesTold(world)).map(({ messageId }) => messageId).sort();

const triggerOf = (id: string) => JSON.stringify({ pk: `default#Patient#${id}` });
const runBatch = () => deliver(validate.handler, world.queues.lane);

test('R04 R18: the triggers of a batch of ten are one request', async () => {
  await sendAll();
  const requests = watchTriggers();
  expect((await runBatch())?.failed).toEqual([]);
  expect(requests.map((bodies) => bodies.sort())).toEqual([IDS.map(triggerOf)]);
  expect(await triggers()).toEqual(IDS.map(triggerOf));
});

test('R04 R09: a trigger that is refused fails only its own message, which is published when it was sent', async () => {
  const sent = await sendAll();
  let isRefused = true;
  const requests = watchTriggers((body) => isRefused && body === triggerOf('p-3'));
  const failed = sent.get('p-3');
  expect((await runBatch())?.failed).toEqual([failed]);
  expect(requests).toHaveLength(1);
  expect(await published()).toEqual([...sent.values()].filter((id) => id !== failed).sort());

  isRefused = false;
  skipTime(31_000);
  expect((await runBatch())?.failed).toEqual([]);
  expect(await published()).toEqual([failed]);
  expect(await triggers()).toEqual(IDS.map(triggerOf));
});

test('R04 R09: a request of triggers that fails leaves all of its messages in the lane, unpublished', async () => {
  const sent = await sendAll();
  const repair = failCalls(validate, 'sqs', (_, { QueueUrl }) => {
    return QueueUrl === world.queues.delivery.url;
  });
  expect((await runBatch())?.failed.toSorted()).toEqual([...sent.values()].sort());
  expect(await itemsOf(world.tables.resources)).toHaveLength(10);
  expect(await published()).toEqual([]);

  repair();
  skipTime(31_000);
  expect((await runBatch())?.failed).toEqual([]);
  expect(await published()).toEqual([...sent.values()].sort());
  expect(await triggers()).toEqual(IDS.map(triggerOf));
});

test('R04 R18: one whose trigger failed, and that crashes old code then, ends when its trigger was sent', async () => {
  const messageId = await send(world.queues.lane, patient({ id: 'p-0' }));
  const repair = failCalls(validate, 'sqs', (_, { QueueUrl }) => {
    return QueueUrl === world.queues.delivery.url;
  });
  validate.gatherNoMore();
  expect((await runBatch())?.failed).toEqual([messageId]);
  isOldCode = true;
  skipTime(31_000);
  expect((await runBatch())?.failed).toEqual([]);
  const runAlone = () => deliver(validate.handler, world.queues.isolation, { max: 1 });
  expect((await runAlone())?.failed).toHaveLength(1);
  skipTime(1_100);
  expect((await runAlone())?.failed).toHaveLength(1);
  expect(await published()).toEqual([]);
  repair();
  skipTime(31_000);
  expect((await runAlone())?.failed).toEqual([]);
  expect(await triggers()).toEqual([triggerOf('p-0')]);
  expect(await published()).toEqual([messageId]);
});

/**
 * R04: the write that would have ended a message has no answer, and takes effect seconds later. Another delivery, which
 * comes to another verdict, must not have ended the message by then: neither sees the other.
 */
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ENVELOPE_ATTRIBUTE } from '../../../core/message/messages.ts';
import { build } from '../../../functions/validate/build.ts';
import type { ValidateDeps } from '../../../functions/validate/parts.ts';
import { changingValidator, type Kind, ORDERS } from '../../support/changing-validator.ts';
import { testClients } from '../../support/clients.ts';
import { skipTime, stopTime } from '../../support/clock.ts';
import { contextWith, deliver, receive, type SqsHandler, send } from '../../support/delivery.ts';
import { failCalls } from '../../support/faults.ts';
import { NOWHERE, validateDeps } from '../../support/functions.ts';
import { dieWith } from '../../support/in-flight.ts';
import { patient } from '../../support/resources.ts';
import { useStage } from '../../support/stage.ts';
import { itemsOf } from '../../support/stores.ts';
import { TIMEOUT_MS, timeUp } from '../../support/time-up.ts';
import { outcomesTold } from '../../support/told.ts';

const ID = 'changing';

const stage = useStage({}, ['validate']);
beforeAll(() => stopTime());

let verdict: Kind;
const place = changingValidator(ID, () => verdict);

let deps: ValidateDeps;
let validate: SqsHandler;
beforeEach(async () => {
  deps = await validateDeps({ ...NOWHERE, pool: place, ownProcess: place });
  validate = build(deps) as SqsHandler;
});

const run = (queue: 'lane' | 'isolation') =>
  deliver(validate, stage.world.queues[queue], { context: contextWith(TIMEOUT_MS) });

/** A delivery whose time passes while its verdict is being written. Returns what lets that write take effect. */
async function giveUp(queue: 'lane' | 'isolation', first: Kind): Promise<() => Promise<unknown>> {
  verdict = first;
  const table = stage.world.tables[first === 'valid' ? 'resources' : 'quarantine'];
  const end = first === 'valid' ? '#storedAt' : '#quarantinedAt';
  let input: UpdateCommand['input'] | undefined;
  const hanging = failCalls(
    { clients: [deps] },
    'dynamo',
    (_, its) => {
      const { TableName, Key, ExpressionAttributeNames: names } = its as UpdateCommand['input'];
      if (TableName !== table || !(end in (names ?? {}))) return false;
      if (first === 'valid' && !JSON.stringify(Key).includes(ID)) return false;
      input = its as UpdateCommand['input'];
      return true;
    },
    'hang',
  );
  const waiting = hanging.unanswered();
  const running = run(queue);
  await waiting;
  await timeUp(running);
  hanging();
  return () => testClients().dynamo.send(new UpdateCommand(input as UpdateCommand['input']));
}

async function expectOnly(first: Kind): Promise<void> {
  const stored = (await itemsOf(stage.world.tables.resources)).filter(
    ({ resourceId }) => resourceId === ID,
  );
  const rejected = (await itemsOf(stage.world.tables.quarantine)).filter(
    ({ status }) => status === 'quarantined',
  );
  const counts = { valid: [1, 0], invalid: [0, 1] }[first];
  expect([stored.length, rejected.length]).toEqual(counts);
  const id = stored[0]?.['messageId'] ?? rejected[0]?.['pk'];
  const told = (await outcomesTold(stage.world)).filter(({ messageId }) => messageId === id);
  const verdicts = new Set(told.map((outcome) => outcome.verdict));
  expect(verdicts).toEqual(new Set([first === 'valid' ? 'stored' : 'rejected']));
}

/** Its next delivery, with another verdict, is not yet there so soon, and changes nothing later. */
async function expectToWait(
  queue: 'lane' | 'isolation',
  [first, second]: readonly [Kind, Kind],
  soonMs: number,
): Promise<void> {
  const arrive = await giveUp(queue, first);
  verdict = second;
  skipTime(soonMs);
  expect(await run(queue)).toBeUndefined();
  await arrive();
  skipTime(30_000);
  expect((await run(queue))?.failed).toEqual([]);
  await expectOnly(first);
}

describe('R04: a verdict that takes effect late is the only one', () => {
  test.each(ORDERS)('%s in a lane, and %s at the next delivery', async (first, second) => {
    await send(stage.world.queues.lane, patient({ id: ID }));
    await expectToWait('lane', [first, second], 2_000);
  });

  test.each(ORDERS)('%s alone, and %s at the next delivery', async (first, second) => {
    const envelope = { messageId: 'm-1', sentAt: 1_000, source: 'lab', lane: stage.world.lane };
    const attributes = { [ENVELOPE_ATTRIBUTE]: JSON.stringify(envelope) };
    await send(stage.world.queues.isolation, patient({ id: ID }), attributes);
    await expectToWait('isolation', [first, second], 30_000);
  });

  test.each(ORDERS)('%s in a group of suspects, and %s alone', async (first, second) => {
    const { lane } = stage.world.queues;
    verdict = first;
    for (const id of [ID, 'other']) await send(lane, patient({ id }));
    await dieWith(stage.world, await receive(lane));
    expect((await run('lane'))?.failed).toEqual([]);
    await expectToWait('isolation', [first, second], 30_000);
  });
});

test('R04: a message of the same batch that had no verdict yet does not wait', async () => {
  const { lane } = stage.world.queues;
  await send(lane, patient({ id: ID }));
  await send(lane, patient({ id: 'hangs' }));
  const { validate: atOnce } = place;
  place.validate = (text, ...others) =>
    text.includes('"hangs"') ? new Promise(() => {}) : atOnce(text, ...others);
  await giveUp('lane', 'valid');
  place.validate = atOnce;
  skipTime(2_000);
  const again = await run('lane');
  expect(again?.records.map(({ body }) => JSON.parse(body).id)).toEqual(['hangs']);
});

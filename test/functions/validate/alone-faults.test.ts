import { beforeAll, describe, expect, test } from 'vitest';
import type { Attempt } from '../../../core/attempt/attempts.ts';
import { ENVELOPE_ATTRIBUTE } from '../../../core/message/messages.ts';
import { SEND_BYTES_MAX } from '../../../core/message/send-batches.ts';
import { build } from '../../../functions/validate/build.ts';
import type { IsolatedValidator } from '../../../functions/validate/isolated-validator.ts';
import { ORIGIN, useAlone } from '../../support/alone.ts';
import { skipTime, stopTime } from '../../support/clock.ts';
import { receive } from '../../support/delivery.ts';
import { type Fault, failCalls } from '../../support/faults.ts';
import { NOWHERE, validateDeps } from '../../support/functions.ts';
import { faulty, patient } from '../../support/resources.ts';
import { depthOf, itemsOf } from '../../support/stores.ts';
import { endValidating, TIMEOUT_MS, timeUp } from '../../support/time-up.ts';

const { stage, submit, deliverAlone, entry, enter } = useAlone({ deadlineMs: 10_000 });

beforeAll(() => stopTime());

/** One delivery whose time passes while a call waits for an answer that does not come. */
async function runOut({ unanswered }: Fault) {
  const waiting = unanswered();
  const delivery = deliverAlone();
  await waiting;
  return timeUp(delivery);
}

const ended = (requestId: string): Attempt => ({
  requestId,
  startedAt: 1,
  ended: 2,
  crash: 'timeout',
  reason: 'no verdict within 5000 ms',
});

/** The write that records an attempt before it runs. */
const isAttempt = (_: string, { UpdateExpression }: Record<string, unknown>) =>
  String(UpdateExpression).includes('lastRequestId');

describe('a fault of our own spends no attempt', () => {
  const onResources = (_: string, input: Record<string, unknown>) =>
    input['TableName'] === stage.world.tables.resources;

  test('R09: the attempt is taken back, and the message waits', async () => {
    await submit(patient());
    const repair = failCalls(stage.functions, 'dynamo', onResources);
    for (let n = 0; n < 5; n += 1) {
      expect((await deliverAlone())?.failed).toHaveLength(1);
      expect((await entry())?.attempts).toEqual([]);
      skipTime(60_000);
    }
    repair();
    expect((await deliverAlone())?.failed).toEqual([]);
    expect(await entry()).toMatchObject({ status: 'stored' });
    expect(await depthOf(stage.world.queues.incident)).toBe(0);
  });

  test('R09: if it cannot be taken back in the table, the envelope says so', async () => {
    await submit(patient());
    const repairs = [
      failCalls(stage.functions, 'dynamo', onResources),
      failCalls(stage.functions, 'dynamo', (_, input) =>
        String(input['UpdateExpression']).startsWith('REMOVE'),
      ),
    ];
    for (let n = 0; n < 4; n += 1) {
      // The old copy is done, and a new one with this knowledge has replaced it.
      expect((await deliverAlone())?.failed).toEqual([]);
      expect(await depthOf(stage.world.queues.isolation)).toBe(1);
      expect((await entry())?.attempts).toHaveLength(1);
      skipTime(60_000);
    }
    for (const repair of repairs) repair();
    expect((await deliverAlone())?.failed).toEqual([]);
    expect(await entry()).toMatchObject({ status: 'stored' });
    expect(await itemsOf(stage.world.tables.resources)).toMatchObject([{ messageId: 'm-1' }]);
  });

  test('R09: a message that is sent again waits as long as its delivery would, and longer with each copy', async () => {
    const delays: unknown[] = [];
    failCalls(stage.functions, 'sqs', (command, { Entries }) => {
      if (command === 'SendMessageBatchCommand')
        for (const { DelaySeconds } of Entries as { DelaySeconds: number }[])
          delays.push(DelaySeconds);
      return false;
    });
    await submit(patient());
    failCalls(stage.functions, 'dynamo', onResources);
    failCalls(stage.functions, 'dynamo', (_, input) =>
      String(input['UpdateExpression']).startsWith('REMOVE'),
    );
    for (let n = 0; n < 8; n += 1) {
      expect((await deliverAlone())?.failed).toEqual([]);
      skipTime(400_000);
    }
    // Its last write may take effect for a minute.
    expect(delays).toEqual([60, 60, 60, 60, 60, 60, 64, 128]);
  });

  test('R09: if neither works, the message at least stays', async () => {
    await submit(patient());
    failCalls(stage.functions, 'dynamo', onResources);
    failCalls(stage.functions, 'dynamo', (_, input) =>
      String(input['UpdateExpression']).startsWith('REMOVE'),
    );
    failCalls(stage.functions, 'sqs', () => true);
    expect((await deliverAlone())?.failed).toHaveLength(1);
    expect(await depthOf(stage.world.queues.isolation)).toBe(1);
  });

  test('R09: if the bucket fails too, through which a large one would have to go, it stays, and the handler answers', async () => {
    // With what must be said of its attempt, it no longer fits into a message.
    await submit(patient().padEnd(SEND_BYTES_MAX - 150));
    failCalls(stage.functions, 'dynamo', onResources);
    failCalls(stage.functions, 'dynamo', (_, input) =>
      String(input['UpdateExpression']).startsWith('REMOVE'),
    );
    const asked: string[] = [];
    failCalls(stage.functions, 's3', (command) => asked.push(command) > 0);
    expect((await deliverAlone())?.failed).toHaveLength(1);
    expect(asked).toContain('PutObjectCommand');
    expect(await depthOf(stage.world.queues.isolation)).toBe(1);
  });

  test.each(['GetItemCommand', 'UpdateItemCommand'])(
    'R09: while Quarantine fails on %s, the message waits where it is',
    async (failing) => {
      await submit(faulty('throw'));
      failCalls(stage.functions, 'dynamo', (command) => command === failing);
      expect((await deliverAlone())?.failed).toHaveLength(1);
      expect(await itemsOf(stage.world.tables.quarantine)).toEqual([]);
      expect(await depthOf(stage.world.queues.isolation)).toBe(1);
      expect(await depthOf(stage.world.queues.incident)).toBe(0);
    },
  );

  test('R09: while the dead-letter queue fails, the message stays where it is', async () => {
    await enter('in-isolation', [ended('r-1'), ended('r-2')]);
    await submit(faulty('throw'));
    failCalls(
      stage.functions,
      'sqs',
      (_, input) => input['QueueUrl'] === stage.world.queues.deadLetter.url,
    );
    expect((await deliverAlone())?.failed).toHaveLength(1);
    expect(await depthOf(stage.world.queues.isolation)).toBe(1);
  });

  test('R09: without time left, the attempt is taken back', async () => {
    await submit(faulty('hang'));
    const delivery = deliverAlone();
    await expect.poll(async () => (await entry())?.attempts).toHaveLength(1);
    endValidating();
    expect((await delivery)?.failed).toHaveLength(1);
    expect((await entry())?.attempts).toEqual([]);
    expect(await depthOf(stage.world.queues.incident)).toBe(0);
  });

  test('R02 R09: attempts that may have been recorded, because their answers never came, do not count', async () => {
    await submit(patient());
    const repair = failCalls(stage.functions, 'dynamo', isAttempt, 'lose');
    for (let n = 0; n < 3; n += 1) {
      expect((await runOut(repair))?.failed).toEqual([]);
      expect(await depthOf(stage.world.queues.isolation)).toBe(1);
      skipTime(60_000);
    }
    expect(await depthOf(stage.world.queues.deadLetter)).toBe(0);
    repair();
    expect((await deliverAlone())?.failed).toEqual([]);
    expect(await entry()).toMatchObject({ status: 'stored' });
    expect(await depthOf(stage.world.queues.incident)).toBe(0);
  });

  test('R09: an attempt that was written, though its last try was refused, runs and is not spent', async () => {
    await submit(patient());
    failCalls(stage.functions, 'dynamo', isAttempt, 'lose-then-refuse');
    expect((await deliverAlone())?.failed).toEqual([]);
    expect(await entry()).toMatchObject({ status: 'stored', attempts: [expect.anything()] });
  });

  test('R02 R09: recorded attempts that cannot be taken back are not spent, however long that lasts', async () => {
    await submit(patient());
    const repairs = [
      failCalls(stage.functions, 'dynamo', isAttempt, 'lose-then-refuse'),
      failCalls(
        stage.functions,
        'dynamo',
        (command, input) => command === 'UpdateItemCommand' && !isAttempt(command, input),
      ),
    ];
    let deliveries = 0;
    while (deliveries < 20) {
      skipTime(400_000);
      deliveries += (await deliverAlone()) === undefined ? 0 : 1;
    }
    expect(await depthOf(stage.world.queues.deadLetter)).toBe(0);
    expect(await depthOf(stage.world.queues.incident)).toBe(0);
    for (const repair of repairs) repair();
    skipTime(400_000);
    expect((await deliverAlone())?.failed).toEqual([]);
    expect(await entry()).toMatchObject({ status: 'stored', attempts: [expect.anything()] });
  });

  test('R09: if the table cannot say whether the attempt is recorded, it does not count', async () => {
    await submit(patient());
    let reads = 0;
    const repairs = [
      failCalls(stage.functions, 'dynamo', isAttempt, 'lose-then-refuse'),
      failCalls(stage.functions, 'dynamo', (_, { UpdateExpression }) =>
        String(UpdateExpression).startsWith('REMOVE'),
      ),
      failCalls(stage.functions, 'dynamo', (command) => {
        if (command !== 'GetItemCommand') return false;
        reads += 1;
        return reads > 1;
      }),
    ];
    expect((await deliverAlone())?.failed).toEqual([]);
    for (const repair of repairs) repair();
    skipTime(60_000);
    expect((await deliverAlone())?.failed).toEqual([]);
    expect(await entry()).toMatchObject({ status: 'stored', attempts: [expect.anything()] });
    expect(await depthOf(stage.world.queues.incident)).toBe(0);
  });

  test('R09: attempts that the envelope takes back are not spent, though the table has them as crashes', async () => {
    await enter('in-isolation', [ended('r-1'), ended('r-2')]);
    await submit(patient(), { voided: ['r-1', 'r-2'] });
    expect((await deliverAlone())?.failed).toEqual([]);
    expect(await entry()).toMatchObject({
      status: 'stored',
      attempts: [{ ended: expect.any(Number) }],
    });
    expect(await depthOf(stage.world.queues.deadLetter)).toBe(0);
  });

  test('R09: no attempt begins once the time for validating is up', async () => {
    await submit(patient());
    const pool: IsolatedValidator = {
      ready: async () => endValidating(),
      validate: () => expect.unreachable('nothing may run any more'),
    };
    const handler = build(await validateDeps({ ...NOWHERE, pool }));
    expect((await deliverAlone(TIMEOUT_MS, handler))?.failed).toHaveLength(1);
    expect(await entry()).toBeUndefined();
  });

  test('R09: sending again stops before Lambda would stop it', async () => {
    await submit(patient(), { voided: Array.from({ length: 12 }, (_, n) => `r-${n}`) });
    const hanging = failCalls(stage.functions, 'dynamo', onResources, 'hang');
    expect((await runOut(hanging))?.failed).toHaveLength(1);
    expect(await depthOf(stage.world.queues.isolation)).toBe(1);
  });

  test('R09: if the table hangs, the envelope says that the attempt does not count', async () => {
    await submit(patient());
    const hanging = failCalls(stage.functions, 'dynamo', onResources, 'hang');
    expect((await runOut(hanging))?.failed).toEqual([]);
    skipTime(60_000);
    const [copy] = await receive(stage.world.queues.isolation);
    const envelope = JSON.parse(copy?.messageAttributes[ENVELOPE_ATTRIBUTE]?.stringValue ?? '{}');
    expect(envelope).toMatchObject({
      ...ORIGIN,
      voided: [(await entry())?.attempts[0]?.requestId],
    });
  });
});

test('R02: a crash that cannot be published leaves its attempt without an end, to be published later', async () => {
  await submit(faulty('throw'));
  const repair = failCalls(stage.functions, 'sns', () => true);
  expect((await deliverAlone())?.failed).toHaveLength(1);
  const [attempt] = (await entry())?.attempts ?? [];
  expect(attempt?.ended).toBeUndefined();
  repair();
  skipTime(60_000);
  await deliverAlone();
  const events = await receive(stage.world.queues.incident);
  expect(events.map((event) => JSON.parse(event.body).id)).toContain(attempt?.requestId);
});

import { expect, test } from 'vitest';
import { breakersTable } from '../../../aws/breakers-table.ts';
import { auditFactSchema } from '../../../core/audit/audit-fact.ts';
import { obey } from '../../../core/breaker/breaker-operator.ts';
import {
  type BreakerState,
  RECENT_MAX,
  UNKNOWN_SERVICE,
} from '../../../core/breaker/breaker-state.ts';
import { ENV } from '../../../telemetry/env-names.ts';
import { skipTime } from '../../support/clock.ts';
import { makePatientDynamo } from '../../support/cold.ts';
import { receive } from '../../support/delivery.ts';
import { useDeliveryStage } from '../../support/delivery-stage.ts';
import { failCalls } from '../../support/faults.ts';
import { depthOf, itemsOf } from '../../support/stores.ts';

const SERVICE = 'fhir-server';
const stage = useDeliveryStage();

/** Environments changed the breaker, and died before they published anything. */
async function changeBreaker(times: number, service = SERVICE): Promise<BreakerState> {
  const store = breakersTable({
    name: stage.world.tables.breakers,
    dynamo: makePatientDynamo(),
  });
  let state = (await store.load(service)) ?? UNKNOWN_SERVICE;
  for (let n = 0; n < times; n += 1) {
    const token = `t${state.version}`;
    const { next } = obey(state, { kind: 'reset', by: 'ada', reason: '', token }, Date.now());
    expect(await store.save(service, state, next)).toBe(true);
    state = next;
  }
  return state;
}

async function minutes(count: number): Promise<void> {
  for (let minute = 0; minute < count; minute += 1) {
    await stage.lane.resend();
    skipTime(60_000);
  }
}

async function generationsPublished(): Promise<number[]> {
  const records = await receive(stage.world.queues.audit);
  const facts = records.map(({ body }) => auditFactSchema.parse(JSON.parse(body)));
  return facts.map(({ details }) => Number(details?.['generation']));
}

const breakers = () => itemsOf(stage.world.tables.breakers);

test('R40: more transitions than an item keeps otherwise are all published', async () => {
  await changeBreaker(RECENT_MAX + 2);
  await minutes(1);
  expect(await generationsPublished()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(await breakers()).toMatchObject([{ generation: 10, publishedTo: 10 }]);
});

test('R40: transitions from while the audit queue was down are published when it is back', async () => {
  process.env[ENV.auditQueueUrl] = stage.world.queues.audit.url.replace('audit', 'nowhere');
  await stage.reload();
  await changeBreaker(2);
  await minutes(10);
  const [down] = await breakers();
  expect(down).not.toHaveProperty('publishedTo');
  process.env[ENV.auditQueueUrl] = stage.world.queues.audit.url;
  await stage.reload();
  await minutes(1);
  expect(await generationsPublished()).toEqual([1, 2]);
});

test('R14: what is known to be published is neither sent nor written again', async () => {
  await changeBreaker(1);
  await minutes(1);
  const before = await breakers();
  // Longer than SQS deduplicates a fact of this environment.
  skipTime(600_000);
  await minutes(3);
  expect(await depthOf(stage.world.queues.audit)).toBe(1);
  expect(await breakers()).toEqual(before);
  await changeBreaker(1);
  await minutes(1);
  expect(await generationsPublished()).toEqual([1, 2]);
  expect(await breakers()).toMatchObject([{ generation: 2, publishedTo: 2 }]);
});

test('R40: transitions of one breaker that cannot be published hide no other', async () => {
  await changeBreaker(1, 'first');
  await changeBreaker(1, 'second');
  failCalls({ clients: [stage.lane.resendClients] }, 'sqs', (_, input) =>
    JSON.stringify(input).includes('first'),
  );
  await minutes(1);
  expect(await generationsPublished()).toEqual([1]);
  const published = (await breakers()).map(({ pk, publishedTo }) => [pk, publishedTo]);
  expect(Object.fromEntries(published)).toEqual({ first: undefined, second: 1 });
});

test('R40: of transitions that SQS takes in part, those that it took are confirmed', async () => {
  await changeBreaker(12);
  const mend = failCalls({ clients: [stage.lane.resendClients] }, 'sqs', (_, input) =>
    JSON.stringify(input).includes(String.raw`generation\":11`),
  );
  await minutes(1);
  expect(await depthOf(stage.world.queues.audit)).toBe(10);
  expect(await breakers()).toMatchObject([{ generation: 12, publishedTo: 10 }]);
  mend();
  await minutes(1);
  expect(await depthOf(stage.world.queues.audit)).toBe(12);
  expect(await breakers()).toMatchObject([{ publishedTo: 12 }]);
});

test('R40: what a breaker published is confirmed also if it changes in the meantime', async () => {
  await changeBreaker(12);
  let isFirst = true;
  const { middlewareStack } = stage.lane.resendClients.sqs;
  middlewareStack.add(
    (next) => async (args) => {
      if (isFirst) await changeBreaker(1);
      isFirst = false;
      return next(args);
    },
    { step: 'initialize', name: 'flapping' },
  );
  await minutes(1);
  middlewareStack.remove('flapping');
  expect(await breakers()).toMatchObject([{ generation: 13, publishedTo: 12 }]);
});

/** The breakers of an environment, with its table and queues. */
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { breakersTable } from '../../aws/breakers-table.ts';
import { makeSqs } from '../../aws/clients.ts';
import { type BreakerDeps, type BreakerEnv, makeBreakers } from '../../breaker/make-breakers.ts';
import { obey } from '../../core/breaker/breaker-operator.ts';
import { UNKNOWN_SERVICE } from '../../core/breaker/breaker-state.ts';
import { coldDeps } from '../support/cold.ts';
import { receive } from '../support/delivery.ts';
import { useDeliveryStage } from '../support/delivery-stage.ts';
import { tableAt } from '../support/handles.ts';
import { fails, S, timeoutMs, trip, works } from './tools.ts';

const stage = useDeliveryStage();

/** The breakers, and the metrics that they emit. */
function environment(env: Partial<BreakerEnv> = {}, change: Partial<BreakerDeps> = {}) {
  const { tables, queues } = stage.world;
  const deps = { ...coldDeps(), ...change };
  const emitted: string[] = [];
  const emit = (name: string) => void emitted.push(name);
  const its: BreakerEnv = {
    breakersTable: tables.breakers,
    auditQueueUrl: queues.audit.url,
    supervisorQueueUrl: queues.supervisor.url,
    ...env,
  };
  const breakers = makeBreakers(its, { ...deps, telemetry: { ...deps.telemetry, emit } });
  return { breakers, emitted };
}

test('R60 R61: a transition is a metric, and has been published when its call ends', async () => {
  const sqs = makeSqs();
  const gate = Promise.withResolvers<void>();
  let held = 0;
  sqs.middlewareStack.add(
    (next) => async (args) => {
      held += 1;
      await gate.promise;
      return next(args);
    },
    { step: 'initialize' },
  );
  const { breakers, emitted } = environment({}, { sqs });
  let isOver = false;
  const tripped = trip(breakers).finally(() => {
    isOver = true;
  });
  await expect.poll(() => held).toBe(2);
  expect(emitted).toEqual(['BreakerOpened']);
  // All else that the call waits for has been done by then.
  await setImmediate();
  expect(isOver).toBe(false);
  // Another call of the environment may be its invocation's last one.
  let isRefused = false;
  const refused = breakers.guard(S, works, { timeoutMs, fallback: () => 'none' }).finally(() => {
    isRefused = true;
  });
  await setImmediate();
  expect(isRefused).toBe(false);
  gate.resolve();
  await Promise.all([tripped, refused]);
  expect(await receive(stage.world.queues.audit)).toHaveLength(1);
  expect(await receive(stage.world.queues.supervisor)).toHaveLength(1);
});

test('R60: a transition that a queue does not accept is counted, and stands', async () => {
  const nowhere = stage.world.queues.audit.url.replace('audit', 'nowhere');
  const { breakers, emitted } = environment({ auditQueueUrl: nowhere });
  await trip(breakers);
  expect(emitted).toEqual(['BreakerOpened', 'BreakerNewsDelayed']);
  expect(await breakers.of(S).peek(timeoutMs)).toMatchObject({ why: 'open' });
});

test('without queues nothing is sent, and nothing is missing', async () => {
  const { breakers, emitted } = environment({
    auditQueueUrl: undefined,
    supervisorQueueUrl: undefined,
  });
  await trip(breakers);
  expect(emitted).toEqual(['BreakerOpened']);
});

test('R15 R60: while the table fails, the environment’s own breaker is visible in its metrics', async () => {
  const { breakers, emitted } = environment({ breakersTable: 'nowhere' });
  await trip(breakers);
  await expect(breakers.guard(S, fails, { timeoutMs })).rejects.toMatchObject({ why: 'open' });
  expect(new Set(emitted)).toEqual(
    new Set(['BreakerStoreUnavailable', 'BreakerOpened', 'BreakerRefused']),
  );
  expect(emitted.filter((name) => name === 'BreakerOpened')).toHaveLength(1);
});

test('R17 R60: an operator’s command is counted by each environment that reads it', async () => {
  const store = breakersTable(tableAt(stage.world.tables.breakers));
  const until = Date.now() + 3_600_000;
  const word = { kind: 'force-open', by: 'ada', reason: 'test', token: 'w', until } as const;
  expect(await store.save(S, UNKNOWN_SERVICE, obey(UNKNOWN_SERVICE, word, 1).next)).toBe(true);
  const { breakers, emitted } = environment();
  await expect(breakers.guard(S, works, { timeoutMs })).rejects.toMatchObject({
    why: 'forced open',
  });
  expect(emitted).toEqual(['BreakerForced', 'BreakerRefused']);
});

import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import { throughputExceeded } from '../../simulation/dynamo/refusals.ts';
import { EventLog } from '../../simulation/event-log.ts';
import { Host } from '../../simulation/host.ts';
import { type CallFaults, type Fate, NO_FAULTS } from '../../simulation/road.ts';
import { Scheduler } from '../../simulation/scheduler.ts';
import { failedBy } from '../../simulation/service-errors.ts';
import { Wire } from '../../simulation/wire.ts';
import { scoped } from '../../telemetry/invocation.ts';

const PATIENCE = { maxAttempts: 3, requestMs: 2_000, connectMs: 1_000 };
const never = () => false;

/** A counter behind a wire with the listed faults, one for each try, and none after the end of the list. */
function counter(...fates: Partial<CallFaults>[]) {
  const lines: string[] = [];
  const scheduler = new Scheduler(1, new EventLog((line) => lines.push(line)));
  const host = new Host(scheduler, { name: 'h' });
  const wire = new Wire(scheduler, {
    service: 'dynamodb',
    latencyMs: 5,
    faults: () => ({ ...NO_FAULTS, ...fates.shift() }),
    throttling: throughputExceeded,
    failure: () => failedBy('dynamodb', 0),
  });
  const state = { count: 0 };
  const perform = () => {
    state.count += 1;
    return state.count;
  };
  const befell: string[] = [];
  const call = (
    what = perform,
    signal?: AbortSignal,
    fated?: (number: number) => Fate | undefined,
    held?: (arrive: () => void) => boolean,
  ) =>
    wire.call(host, PATIENCE, {
      ...{ name: 'add', perform: what, signal, ...(fated && { fated }), ...(held && { held }) },
      befell: (fate, before) => befell.push(`${fate} after ${before}`),
    });
  return { scheduler, host, state, call, lines, befell };
}

const errorOf = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable(),
    (error: Error & { $metadata?: object }) => ({ name: error.name, ...error.$metadata }),
  );

describe('a call', () => {
  test('is answered, and takes virtual time', async () => {
    const { scheduler, call } = counter();
    const answer = call();
    await scheduler.run(never);
    expect(await answer).toBe(1);
    expect(scheduler.now).toBeGreaterThan(scheduler.startedAt);
  });

  test('is slow in a brown-out: it takes effect, and its sender may have given up', async () => {
    const scheduler = new Scheduler(1);
    const wire = new Wire(scheduler, {
      ...{ service: 'dynamodb', latencyMs: 5, faults: () => NO_FAULTS },
      throttling: throughputExceeded,
      failure: () => failedBy('dynamodb', 0),
      down: () => ({ share: 0, isSlow: true, refusal: undefined }),
    });
    const state = { performed: 0, answered: 0 };
    const perform = () => {
      state.performed += 1;
    };
    const host = new Host(scheduler, { name: 'h' });
    for (let number = 0; number < 90; number += 1) {
      void wire.call(host, { ...PATIENCE, maxAttempts: 1 }, { name: 'add', perform }).then(
        () => {
          state.answered += 1;
        },
        (error: Error) => expect(error.name).toBe('TimeoutError'),
      );
    }
    await scheduler.run(never);
    expect(state.performed).toBe(90);
    expect(state.answered).toBeGreaterThan(45);
    expect(state.answered).toBeLessThan(75);
  });

  test('meets what its request is fated to meet', async () => {
    const { scheduler, call, state, befell } = counter();
    const answer = call(undefined, undefined, (number) => (number === 1 ? 'late' : undefined));
    await scheduler.run(never);
    expect(await answer).toBe(2);
    expect(befell).toEqual(['late after undefined']);
    expect(state.count).toBe(2);
  });

  test('to a table does not arrive from a machine that is cut off', async () => {
    const { scheduler, host, call, state } = counter();
    const { startedAt: at } = scheduler;
    host.trouble({ cutOff: [[at, at + 2_500]], slowUntil: 0, deafUntil: 0 });
    const answer = call();
    await scheduler.run(never);
    expect(await answer).toBe(1);
    expect(state.count).toBe(1);
    expect(scheduler.now - at).toBeGreaterThan(3_000);
  });

  test('has its effect if its machine is cut off when the answer would come', async () => {
    const { scheduler, host, call, state } = counter();
    const { startedAt: at } = scheduler;
    host.trouble({ cutOff: [[at + 1, at + 2_500]], slowUntil: 0, deafUntil: 0 });
    const answer = call();
    await scheduler.run(never);
    expect(await answer).toBe(2);
    expect(state.count).toBe(2);
  });

  test('is answered just before a machine whose road is slow gives up', async () => {
    const { scheduler, host, call } = counter();
    host.trouble({ cutOff: [], slowUntil: scheduler.now + 60_000, deafUntil: 0 });
    const answer = call();
    await scheduler.run(never);
    expect(await answer).toBe(1);
    expect(scheduler.now - scheduler.startedAt).toBeGreaterThan(2_000);
  });

  test('whose request is lost is made again after the wait, and had no effect', async () => {
    const { scheduler, call, state } = counter({ lostRequest: 1 });
    const answer = call();
    await scheduler.run(never);
    expect(await answer).toBe(1);
    expect(state.count).toBe(1);
    expect(scheduler.now - scheduler.startedAt).toBeGreaterThan(2_000);
  });

  test('whose answer is lost had its effect, and has it again', async () => {
    const { scheduler, call } = counter({ lostAnswer: 1 });
    const answer = call();
    await scheduler.run(never);
    expect(await answer).toBe(2);
  });

  test('may take effect after the next try did', async () => {
    const { scheduler, call, state } = counter({ late: 1 });
    const answer = call();
    await scheduler.run(never);
    expect(state.count).toBe(2);
    expect([1, 2]).toContain(await answer);
  });

  test('that is late takes effect when somebody lets it', async () => {
    const { scheduler, call, state } = counter({ late: 1 });
    const held: (() => void)[] = [];
    const isHeld = (arrive: () => void) => held.push(arrive) > 0;
    const answer = call(undefined, undefined, undefined, isHeld);
    await scheduler.run(never);
    expect([await answer, state.count, held.length]).toEqual([1, 1, 1]);
    held[0]?.();
    expect(state.count).toBe(2);
  });

  test('that is late takes effect so much after it was given up', async () => {
    const { scheduler, call, state } = counter({ late: 1, lateMs: 20_000 });
    await Promise.all([call(), scheduler.run(never)]);
    expect(state.count).toBe(2);
    expect(scheduler.now - scheduler.startedAt).toBeGreaterThan(5_000);
  });

  test('fails after its tries, and says how many there were', async () => {
    const { scheduler, call } = counter({ failed: 1 }, { throttled: 1 }, { throttled: 1 });
    const error = errorOf(call());
    await scheduler.run(never);
    expect(await error).toMatchObject({
      name: 'ProvisionedThroughputExceededException',
      attempts: 3,
    });
  });

  test('that the service refuses is not made again', async () => {
    const { scheduler, call } = counter();
    const error = errorOf(
      call(() => {
        throw new ConditionalCheckFailedException({ message: '', $metadata: {} });
      }),
    );
    await scheduler.run(never);
    expect(await error).toMatchObject({ name: 'ConditionalCheckFailedException', attempts: 1 });
  });

  test('of a host that died takes effect, without an answer', async () => {
    const { scheduler, call, host, state } = counter();
    let heard = false;
    void call().then(() => {
      heard = true;
    });
    host.kill();
    await scheduler.run(never);
    expect(state.count).toBe(1);
    expect(heard).toBe(false);
  });

  test('R61: ends with the work that made it, and is not made again', async () => {
    const { scheduler, call, state } = counter({ lostRequest: 1 }, { lostRequest: 1 });
    const error = scoped(async (end) => {
      scheduler.after(3_000, end);
      return errorOf(call());
    });
    await scheduler.run(never);
    expect(await error).toEqual({ name: 'AbortError' });
    expect(state.count).toBe(0);
    const after = await scoped(async (end) => {
      end();
      return errorOf(call());
    });
    expect(after).toEqual({ name: 'AbortError' });
  });

  test('a fault of the simulation itself ends the run', async () => {
    const { scheduler, call } = counter();
    void call(() => {
      throw new TypeError('not simulated');
    }).catch(() => undefined);
    await expect(scheduler.run(never)).rejects.toThrow('not simulated');
  });

  test('is a line of the log, with its faults', async () => {
    const { scheduler, call, lines } = counter({ throttled: 1 });
    void call();
    await scheduler.run(never);
    expect(lines).toEqual([
      expect.stringMatching(/^0 h dynamodb add throttled$/),
      expect.stringMatching(/^\d+ h dynamodb add$/),
    ]);
  });
});

describe('a caller', () => {
  test('that gives up is told at once, and the request takes effect all the same', async () => {
    const { scheduler, call, state } = counter();
    const giving = new AbortController();
    const answer = errorOf(call(undefined, giving.signal));
    giving.abort();
    expect(await answer).toMatchObject({ name: 'AbortError' });
    await scheduler.run(never);
    expect(state.count).toBe(1);
    expect(await errorOf(call(undefined, giving.signal))).toMatchObject({ name: 'AbortError' });
    await scheduler.run(never);
    expect(state.count).toBe(1);
  });

  test('may learn what each try met, and the try before it', async () => {
    const { scheduler, call, befell } = counter({ lostAnswer: 1 }, { throttled: 1 });
    const answer = call();
    await scheduler.run(never);
    expect(await answer).toBe(2);
    expect(befell).toEqual(['lostAnswer after undefined', 'throttled after lostAnswer']);
  });
});

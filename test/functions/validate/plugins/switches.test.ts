import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { auditFactSchema } from '../../../../core/audit/audit-fact.ts';
import { skipTime } from '../../../support/clock.ts';
import { contextWith, deliver, receive, remove, send } from '../../../support/delivery.ts';
import { drain } from '../../../support/drain.ts';
import { failCalls } from '../../../support/faults.ts';
import { type Functions, loadFunctions } from '../../../support/functions.ts';
import { patient } from '../../../support/resources.ts';
import { depthOf, itemsOf } from '../../../support/stores.ts';
import { useEmulators } from '../../../support/use-emulators.ts';
import { wasm } from '../../../support/wasm.ts';
import { buildWorld, type World } from '../../../support/world.ts';

const UNREACHABLE = [0x00];
const folder = mkdtempSync(join(tmpdir(), 'failsafe-switches-'));
const file = join(folder, 'rule.wasm');
useEmulators();
let world: World;
let functions: Functions;

afterAll(() => {
  rmSync(folder, { recursive: true });
});
beforeEach(() => writeFileSync(file, wasm({ body: UNREACHABLE })));
afterEach(() => functions.close());

async function begin(required: boolean): Promise<void> {
  const rule = { name: 'rule', file: `file://${file}`, resourceTypes: ['Patient'], required };
  world = await buildWorld({ plugins: [{ ...rule, deadlineMs: 500 }] });
  functions = await loadFunctions();
}

/** Deploys a module that has nothing to say, in new environments. */
async function fix(): Promise<void> {
  await functions.close();
  writeFileSync(file, wasm({}));
  functions = await loadFunctions();
}

async function submit(count: number, prefix: string): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    await send(world.queues.lane, patient({ id: `${prefix}${n}` }));
  }
}
const observation = () =>
  JSON.stringify({ resourceType: 'Observation', status: 'final', code: { text: 'x' } });

async function step(): Promise<void> {
  const context = contextWith(20_000);
  await deliver(functions.validate, world.queues.lane, { context });
  await deliver(functions.validate, world.queues.isolation, { context, max: 1 });
}

const stored = async () => (await itemsOf(world.tables.resources)).length;
const breaker = async () =>
  (await itemsOf(world.tables.breakers)).find(({ pk }) => pk === 'plugin-rule');

async function factsTold(): Promise<unknown[]> {
  const facts: unknown[] = [];
  for (;;) {
    const records = await receive(world.queues.audit);
    if (records.length === 0) return facts;
    await remove(world.queues.audit, records);
    facts.push(...records.map(({ body }) => auditFactSchema.parse(JSON.parse(body))));
  }
}

describe('R30, R09: a required plugin that crashes on everything', () => {
  test('is off by the fourth crash; resources wait, none is dead-lettered, and a probe brings it back', async () => {
    await begin(true);
    await submit(6, 'a');
    await send(world.queues.lane, observation());
    await step();
    expect(await breaker()).toMatchObject({
      phase: 'open',
      why: 'more than 3 crashes within 5 s',
    });
    expect(await stored()).toBe(1);
    // Longer than two probes, which fail.
    for (let seconds = 0; seconds < 80; seconds += 16) {
      skipTime(16_000);
      await step();
    }
    expect(await breaker()).toMatchObject({ failedProbes: expect.toSatisfy((n) => n >= 1) });
    expect(await stored()).toBe(1);
    expect(await depthOf(world.queues.deadLetter)).toBe(0);
    expect((await depthOf(world.queues.lane)) + (await depthOf(world.queues.isolation))).toBe(6);

    await fix();
    await drain(world, functions);
    expect(await stored()).toBe(7);
    expect(await depthOf(world.queues.deadLetter)).toBe(0);
    expect(await breaker()).toMatchObject({ phase: 'closed', why: 'the probes succeeded' });
    const facts = await factsTold();
    expect(facts.length).toBeGreaterThan(2);
    expect(facts.at(-1)).toMatchObject({ details: { from: 'half-open', to: 'closed' } });
    expect(facts[0]).toMatchObject({
      kind: 'plugin-switched',
      reason: 'more than 3 crashes within 5 s',
      details: { service: 'plugin-rule', from: 'closed', to: 'open' },
    });
  });

  test('spends attempts only of the resources that crashed it before it was off', async () => {
    await begin(true);
    await submit(10, 'a');
    await step();
    const isolated = await depthOf(world.queues.isolation);
    expect(isolated).toBeLessThanOrEqual(3);
    expect((await depthOf(world.queues.lane)) + isolated).toBe(10);
    expect(await depthOf(world.queues.incident)).toBe(isolated);
  });
});

describe('an advisory plugin that crashes on everything', () => {
  test('is off likewise; its resources continue with a warning, and a probe brings it back', async () => {
    await begin(false);
    await submit(10, 'a');
    await step();
    expect(await breaker()).toMatchObject({ phase: 'open' });
    await submit(2, 'b');
    await step();
    expect(await stored()).toBe(12);
    await fix();
    skipTime(31_000);
    await submit(1, 'c');
    await step();
    expect(await stored()).toBe(13);
    expect(await breaker()).toMatchObject({ phase: 'closed' });
    expect(await depthOf(world.queues.incident)).toBe(0);
  });

  test('R12: is not probed by a resource of another type', async () => {
    await begin(false);
    await submit(6, 'a');
    await step();
    skipTime(31_000);
    await send(world.queues.lane, observation());
    await step();
    expect(await breaker()).toMatchObject({ phase: 'open', failedProbes: 0 });
  });

  test('R15: is switched by each environment for itself while the table fails', async () => {
    await begin(false);
    const heal = failCalls(functions, 'hastyDynamo', () => true);
    await submit(10, 'a');
    await step();
    await submit(1, 'b');
    await step();
    heal();
    expect(await stored()).toBe(11);
    expect(await breaker()).toBeUndefined();
    const outcomes = await receive(world.queues.outcomes);
    expect(outcomes.length).toBeGreaterThan(0);
  });
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Deployment, deploy } from '../../../simulation/deployment.ts';
import type { Effect } from '../../../simulation/effects.ts';
import { EventLog } from '../../../simulation/event-log.ts';
import type { Host } from '../../../simulation/host.ts';
import { NO_OPERATORS, type OperatorHabits } from '../../../simulation/operators/habits.ts';
import { Operators } from '../../../simulation/operators/operators.ts';
import { World } from '../../../simulation/world.ts';

let deployment: Deployment;
beforeAll(async () => {
  deployment = await deploy();
});
afterAll(() => deployment.dispose());

const ENTRY = {
  ...{ pk: 'm1', status: 'quarantined', lane: 'critical', source: 'clinic', sentAt: 1 },
  ...{ kind: 'rejection', fingerprint: 'f', quarantinedAt: 1, body: '{}', attempts: [] },
};

/** A world in which nothing else goes wrong and nothing invokes a function: only operators change anything. */
function begin(habits: Partial<OperatorHabits>) {
  const lines: string[] = [];
  const log = new EventLog((line) => lines.push(line));
  const effects: { effect: Effect; by: Host | undefined }[] = [];
  const see = (effect: Effect, by: Host | undefined) => void effects.push({ effect, by });
  const plan = { ...deployment.plan, mappings: [], rules: [] };
  const world = new World({ plan, seed: 1, log, checkers: [() => ({ see })] });
  world.heal();
  const operators = new Operators(world, () => ({ ...NO_OPERATORS, ...habits }));
  world.tellFirst(operators);
  const pass = (ms: number) => world.scheduler.run(() => false, world.scheduler.now + ms);
  const put = (end: string, item: object) =>
    world.services.dynamo.table(world.nameOf(end)).put(item, {});
  const sent = () => [...world.services.sqs.queue(world.nameOf('critical-isolation')).messages];
  return { world, operators, pass, put, sent, effects, told: () => lines.join('\n') };
}

describe('operators', () => {
  test('R04: a quarantined entry is redriven, and its facts are published', async () => {
    const { put, pass, sent, operators, world } = begin({ redrives: 1 });
    put('quarantine', ENTRY);
    expect(operators.areDone).toBe(false);
    await pass(60_000);
    expect(operators.areDone).toBe(true);
    expect(sent()).toHaveLength(1);
    const [entry] = world.services.dynamo.table(world.nameOf('quarantine')).items();
    expect(entry).toMatchObject({ status: 'redriven', round: 1 });
    expect(world.services.sqs.queue(world.nameOf('audit.fifo')).size).toBe(2);
  });

  test('somebody whose page is old gives a command once more, minutes later', async () => {
    const { put, pass, sent, told, operators } = begin({ redrives: 1, repeats: 1 });
    put('quarantine', ENTRY);
    await pass(1_200_000);
    expect(operators.areDone).toBe(true);
    expect(told().match(/redrive [^\n]*: done/g)).toHaveLength(2);
    expect(sent()).toHaveLength(1);
  });

  test('two operators may run the same command at once', async () => {
    const { put, pass, effects } = begin({ discards: 1, both: 1 });
    put('quarantine', ENTRY);
    await pass(60_000);
    const called = effects.filter(({ effect }) => effect.kind === 'called');
    expect(new Set(called.map(({ by }) => by?.name)).size).toBe(2);
    const changed = effects.filter(
      ({ effect: { kind }, by }) => kind === 'written' && by !== undefined,
    );
    expect(changed).toHaveLength(1);
  });

  test('one of two stands still between announcing a redrive and sending it', async () => {
    const { put, pass, sent, told } = begin({ redrives: 1, both: 1 });
    put('quarantine', ENTRY);
    await pass(60_000);
    expect(told()).toMatch(/operator#\d stands still for 200 ms/);
    expect(sent().length).toBeGreaterThan(0);
  });

  test('one may die at an await, and its command is usually run again', async () => {
    const { put, pass, told, sent } = begin({ redrives: 1, killed: 0.1 });
    for (let n = 0; n < 10; n += 1) put('quarantine', { ...ENTRY, pk: `m${n}` });
    await pass(3_600_000);
    expect(told().match(/redrive \w+: dies/g)?.length).toBeGreaterThan(2);
    expect(told().match(/redrive \w+: done/g)?.length).toBeGreaterThan(0);
    expect(sent().length).toBeGreaterThan(0);
  });

  test('resume the lanes that they paused after the faults are over', async () => {
    const { world, put, pass } = begin({});
    const supervised = world.services.dynamo.table(world.nameOf('supervision'));
    const hold = { since: 1, why: 'to see', by: 'ada' };
    put('supervision', {
      ...{ pk: 'delivery', name: 'delivery', version: 1, restarts: [], spentUntil: 0 },
      ...{ holds: { operator: hold }, confirmed: true, wakeAt: 0, setbacks: 0, outbox: [] },
    });
    world.heal();
    await pass(60_000);
    expect([...supervised.items()]).toMatchObject([{ name: 'delivery', holds: {}, version: 2 }]);
  });
});

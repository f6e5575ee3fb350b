import { UpdateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from 'vitest';
import { Machines } from '../../../simulation/coincidences/machines.ts';
import { type CoincidenceRates, NO_COINCIDENCES } from '../../../simulation/coincidences/rates.ts';
import type { Effect } from '../../../simulation/effects.ts';
import type { Host } from '../../../simulation/host.ts';
import { Scheduler } from '../../../simulation/scheduler.ts';
import type { World } from '../../../simulation/world.ts';
import { hop, hostAt, message, queueNamed, scheduler, written } from '../checks/history.ts';

const SEEDS = 100;
const NOBODY = { give: () => undefined };
const rated = (rates: Partial<CoincidenceRates>, isHealed = false) =>
  ({
    ...{ isHealed, scheduler },
    faults: { coincidences: { ...NO_COINCIDENCES, ...rates }, functions: { stallMs: 2_000 } },
  }) as unknown as World;

/** The hosts of many runs, once each has seen the effects that it caused. */
function hosts(world: World, name: string, ...effects: readonly Effect[]): readonly Host[] {
  return Array.from({ length: SEEDS }, (_, seed) => {
    const machines = new Machines(world, NOBODY, seed);
    const host = hostAt(`stack-${name}#${seed}`);
    for (const effect of effects) machines.see(effect, host);
    return host;
  });
}

const cutOff = (all: readonly Host[]) => all.filter(({ isCutOff }) => isCutOff).length;

/** Those whose code does not go on at the next await. */
const still = (all: readonly Host[]) =>
  all.filter((host) => {
    let goesOn = false;
    host.resume(() => {
      goesOn = true;
    });
    return !goesOn && !host.isDead;
  }).length;

const attempts = (...ids: readonly string[]) => ({
  pk: 'm1',
  attempts: ids.map((requestId) => ({ requestId })),
});

test('a machine that has recorded an attempt is cut off, and may die once it has sent its message anew', () => {
  const begins = written('quarantine', attempts('r1'), attempts('r1', 'r2'));
  const all = hosts(rated({ cutOffAlone: 1 }), 'validate-critical', begins);
  expect(cutOff(all)).toBe(SEEDS);
  expect(cutOff(hosts(rated({}), 'validate-critical', begins))).toBe(0);
  expect(cutOff(hosts(rated({ cutOffAlone: 1 }, true), 'validate-critical', begins))).toBe(0);
  expect(cutOff(hosts(rated({ cutOffAlone: 1 }), 'monitor', begins))).toBe(0);
  const ends = written('quarantine', attempts('r1'), attempts('r1'));
  expect(cutOff(hosts(rated({ cutOffAlone: 1 }), 'validate-critical', ends))).toBe(0);

  const third = Array.from({ length: 3 }, () => hostAt('stack-validate-critical#9'));
  const machines = new Machines(rated({ cutOffAlone: 1 }), NOBODY, 1);
  for (const host of third) machines.see(begins, host);
  expect(third.map(({ isCutOff }) => isCutOff)).toEqual([true, true, false]);

  const queue = queueNamed('critical-isolation');
  const anew: Effect = {
    kind: 'arrived',
    queue,
    message: hop('m2', { messageId: 'm1', voided: ['r2'] }),
  };
  const other: Effect = { kind: 'arrived', queue, message: hop('m2', {}) };
  const deaths = (effect: Effect) => {
    const them = hosts(rated({ cutOffAlone: 1 }), 'validate-critical', begins, effect);
    for (const host of them) host.resume(() => undefined);
    return them.filter(({ isDead }) => isDead).length;
  };
  expect(deaths(anew)).toBeGreaterThan(SEEDS / 4);
  expect(deaths(anew)).toBeLessThan(SEEDS);
  expect(deaths(other)).toBe(0);
});

test('a machine whose attempt was survived stands still, and its message is delivered once more', () => {
  const record = { eventSourceARN: queueNamed('critical-isolation').arn, receiptHandle: 'm1/1' };
  const of = { functionName: 'f', requestId: 'r1', event: { Records: [record] } };
  const ended = (more: object) => ({
    pk: 'm1',
    attempts: [{ requestId: 'r1', ended: 9, ...more }],
  });
  const visible: unknown[] = [];
  const sqs = { queue: () => ({ changeVisibility: (...how: unknown[]) => visible.push(how) }) };
  const see = (survivorStands: number, after: object) => {
    const world = { ...rated({ survivorStands }), services: { sqs } } as unknown as World;
    const host = hostAt('stack-validate-critical#1');
    const machines = new Machines(world, NOBODY, 1);
    machines.see({ kind: 'invoked', ...of }, host);
    machines.see(written('quarantine', attempts('r1'), after), host);
    return still([host]);
  };
  expect([see(1, ended({})), see(1, ended({ crash: 'exit' })), see(0, ended({}))]).toEqual([
    1, 0, 0,
  ]);
  expect(visible).toEqual([['m1/1', 0]]);
});

test('a save of a breaker that counts a result is sometimes not answered, and its machine stands still', () => {
  const phase = (name: string, failures: number) => ({ pk: 'fhir-server', phase: name, failures });
  const counts = written('breakers', phase('closed', 0), phase('closed', 1));
  const all = hosts(rated({ saveUnanswered: 1 }), 'deliver', counts);
  const few = cutOff(all);
  expect(few).toBeGreaterThan(1);
  expect(few).toBeLessThan(SEEDS / 2);
  expect(still(all)).toBe(few);
  const opens = written('breakers', phase('closed', 4), phase('open', 0));
  expect(cutOff(hosts(rated({ saveUnanswered: 1 }), 'deliver', opens))).toBe(0);
  expect(cutOff(hosts(rated({ saveUnanswered: 1 }), 'resend', counts))).toBe(0);
});

test('a machine that has sent triggers again stands still', () => {
  const sent: Effect = { kind: 'arrived', queue: queueNamed('delivery'), message: message() };
  expect(still(hosts(rated({ resendStands: 1 }), 'resend', sent))).toBe(SEEDS);
  expect(still(hosts(rated({ resendStands: 1 }), 'validate-critical', sent))).toBe(0);
  expect(still(hosts(rated({}), 'resend', sent))).toBe(0);
});

test("an operator's computer sleeps when a lane has been paused or resumed", () => {
  const lane = (operator?: object) => ({ name: 'critical', holds: { operator } });
  const asleep = (effect: Effect, name = 'operator', rates = { asleep: 1 }) => {
    const machines = (seed: number) => new Machines(rated(rates), NOBODY, seed);
    return still(
      Array.from({ length: SEEDS }, (_, seed) => {
        const host = hostAt(`${name}#${seed}`);
        machines(seed).see(effect, host);
        return host;
      }),
    );
  };
  const [pauses, resumes] = [
    written('supervision', lane(), lane({ by: 'ada' })),
    written('supervision', lane({ by: 'ada' }), lane()),
  ];
  expect([pauses, resumes].map((effect) => asleep(effect))).toEqual([SEEDS, SEEDS]);
  expect(asleep(pauses, 'supervisor')).toBe(0);
  expect(asleep(pauses, 'operator', { asleep: 0 })).toBe(0);
  expect(asleep(written('supervision', lane(), lane()))).toBe(0);
});

/** What operators are asked to do, and what is down in the end, when a machine has done that. */
async function follows(rates: Partial<CoincidenceRates>, name: string, ...effects: Effect[]) {
  const its = new Scheduler(1);
  const given: unknown[] = [];
  const broken: string[] = [];
  const queue = { plan: queueNamed('critical-isolation') };
  const world = {
    ...{ ...rated(rates), scheduler: its, sources: [{ plan: { uuid: 'u1', queue } }] },
    breakDown: (of: string) => void broken.push(of),
  } as unknown as World;
  const machines = new Machines(world, { give: (command) => void given.push(command) }, 1);
  const host = hostAt(name);
  for (const effect of effects) machines.see(effect, host);
  let isOver = false;
  its.after(5_000, () => {
    isOver = true;
  });
  await its.run(() => isOver, its.now + 6_000);
  return { given, broken };
}

const enabling = new UpdateEventSourceMappingCommand({ UUID: 'u1', Enabled: true });
const enables: Effect = { kind: 'called', service: 'lambda', command: enabling };

test('a colleague wants the contrary while an operator sleeps, and nobody sees what he enables then', async () => {
  const lane = (operator?: object) => ({ name: 'critical', holds: { operator } });
  const resumes = written('supervision', lane({ by: 'ada' }), lane());
  const pause = { kind: 'lane', lane: 'critical', word: 'pause' };
  const asleep = { asleep: 1 };
  expect(await follows(asleep, 'operator#1', resumes, enables)).toEqual({
    ...{ given: [pause], broken: ['lambda'] },
  });
  const pauses = written('supervision', lane(), lane({ by: 'ada' }));
  const { given } = await follows(asleep, 'operator#1', pauses);
  expect(given).toEqual([{ ...pause, word: 'resume' }]);
  expect(await follows(asleep, 'operator#1', enables)).toEqual({ given: [], broken: [] });
});

test('an operator pauses a lane while the supervisor sends late what enables it', async () => {
  const lost = (before?: 'lostRequest'): Effect => ({
    ...{ kind: 'befell', service: 'lambda', command: enabling, fate: 'lostRequest', before },
  });
  const both = [lost(), lost('lostRequest')];
  const late = { slowEnabling: 1 };
  const pause = { kind: 'lane', lane: 'critical', word: 'pause' };
  expect(await follows(late, 'supervisor#1', ...both)).toEqual({
    ...{ given: [pause], broken: ['lambda'] },
  });
  const nothing = { given: [], broken: [] };
  expect(await follows(late, 'operator#1', ...both)).toEqual(nothing);
  expect(await follows({}, 'supervisor#1', ...both)).toEqual(nothing);
});

test('a machine that has asked for an attempt without an end, which counts as over, stands still', () => {
  const record = { eventSourceARN: queueNamed('critical-isolation').arn, receiptHandle: 'm1/1' };
  const invoked: Effect = {
    ...{ kind: 'invoked', functionName: 'f', requestId: 'r2', event: { Records: [record] } },
  };
  const reads: Effect = {
    kind: 'called',
    service: 'dynamodb',
    command: new GetCommand({ TableName: 'stack-quarantine', Key: { pk: 'm1' } }),
  };
  const stillAt = (ageMs: number, more: object, lateWrite = 1) => {
    const attempt = { requestId: 'r1', startedAt: scheduler.now - ageMs, ...more };
    const dynamo = { table: () => ({ get: () => ({ attempts: [attempt] }) }) };
    const world = { ...rated({ lateWrite }), services: { dynamo } } as unknown as World;
    return still(hosts(world, 'validate-critical', invoked, reads));
  };
  expect([stillAt(12_000, {}), stillAt(11_000, {})]).toEqual([SEEDS, 0]);
  expect([stillAt(12_000, { ended: 1 }), stillAt(12_000, {}, 0)]).toEqual([0, 0]);
});

test('the removal of an attempt arrives when the next one has been recorded, or as late as may be', async () => {
  const here = new Scheduler(1);
  const shown: string[] = [];
  const changeVisibility = (handle: string, seconds: number) => shown.push(`${handle} ${seconds}`);
  const world = {
    ...rated({ lateWrite: 1 }),
    scheduler: here,
    services: { sqs: { queue: () => ({ changeVisibility }) } },
  } as unknown as World;
  const machines = new Machines(world, NOBODY, 1);
  const command = new UpdateCommand({
    ...{ TableName: 'stack-quarantine', Key: { pk: 'm1' } },
    UpdateExpression: 'REMOVE attempts[0]',
  });
  const arrived: number[] = [];
  const hold = () => world.hold(command, () => arrived.push(here.now - here.startedAt));
  const pass = (ms: number) => {
    here.after(ms, () => undefined);
    return here.run(() => false, here.now + ms);
  };
  expect(world.hold(new GetCommand({ TableName: 't', Key: {} }), () => undefined)).toBe(false);

  const first = hostAt('stack-validate-critical#1');
  const record = { eventSourceARN: 'q-isolation', receiptHandle: 'h' };
  const runs = { functionName: 'f', requestId: 'r1', event: { Records: [record] } };
  machines.see({ kind: 'invoked', ...runs }, first);
  const late = { service: 'dynamodb', command, fate: 'late', before: undefined } as const;
  machines.see({ kind: 'befell', ...late }, first);
  expect(shown).toEqual(['h 12']);
  expect(hold()).toBe(true);
  await pass(10_000);
  expect(arrived).toEqual([]);
  const second = hostAt('stack-validate-critical#2');
  machines.see(written('quarantine', attempts('r1'), attempts('r1', 'r2')), second);
  await pass(1);
  expect(still([second])).toBe(1);
  expect(arrived).toEqual([10_001]);

  hold();
  await pass(30_000);
  expect(arrived).toEqual([10_001, 30_001]);
});

import { expect, test } from 'vitest';
import { Machines } from '../../../simulation/coincidences/machines.ts';
import { type CoincidenceRates, NO_COINCIDENCES } from '../../../simulation/coincidences/rates.ts';
import type { Effect } from '../../../simulation/effects.ts';
import type { Host } from '../../../simulation/host.ts';
import type { World } from '../../../simulation/world.ts';
import { hop, hostAt, message, queueNamed, scheduler, written } from '../checks/history.ts';

const SEEDS = 100;
const rated = (rates: Partial<CoincidenceRates>, isHealed = false) =>
  ({
    ...{ isHealed, scheduler },
    faults: { coincidences: { ...NO_COINCIDENCES, ...rates }, functions: { stallMs: 2_000 } },
  }) as unknown as World;

/** The hosts of many runs, once each has seen the effects that it caused. */
function hosts(world: World, name: string, ...effects: readonly Effect[]): readonly Host[] {
  return Array.from({ length: SEEDS }, (_, seed) => {
    const machines = new Machines(world, seed);
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
  const machines = new Machines(rated({ cutOffAlone: 1 }), 1);
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
    const machines = new Machines(world, 1);
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
    const machines = (seed: number) => new Machines(rated(rates), seed);
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

import { describe, expect, test } from 'vitest';
import { Coincidences } from '../../../simulation/coincidences/coincidences.ts';
import { type CoincidenceRates, NO_COINCIDENCES } from '../../../simulation/coincidences/rates.ts';
import type { Message } from '../../../simulation/sqs/message.ts';
import type { World } from '../../../simulation/world.ts';
import { hostAt, message, queueNamed, scheduler, written } from '../checks/history.ts';

const lane = (...holders: string[]) => ({
  name: 'critical',
  holds: Object.fromEntries(holders.map((holder) => [holder, { by: holder }])),
});
const breaker = (phase: string, owner?: string) => ({
  ...{ pk: 'fhir-server', phase, ...(owner !== undefined && { probe: { owner } }) },
});

function see(
  rates: Partial<CoincidenceRates>,
  effects: readonly ReturnType<typeof written>[],
  { name = 'supervisor#1', isHealed = false } = {},
) {
  const down: string[] = [];
  const world = {
    ...{ isHealed, scheduler },
    nameOf: (end: string) => `stack-${end}`,
    faults: { coincidences: { ...NO_COINCIDENCES, ...rates }, functions: { stallMs: 2_000 } },
    breakDown: (of: string) => down.push(of),
  };
  const coincidences = new Coincidences(world as unknown as World, 1);
  const host = hostAt(name);
  for (const effect of effects) coincidences.see(effect, host);
  return { down, host };
}

describe("Lambda's API", () => {
  const pause = [written('supervision', lane(), lane('supervisor'))];

  test('fails when a lane is paused', () => {
    expect(see({ pausedWithoutApi: 1 }, pause).down).toEqual(['lambda']);
    expect(see({}, pause).down).toEqual([]);
    expect(see({ pausedWithoutApi: 1 }, pause, { isHealed: true }).down).toEqual([]);
  });

  test('does not fail for another hold, or a release', () => {
    const others = [
      written('supervision', lane('supervisor'), lane('supervisor', 'operator')),
      written('supervision', lane('supervisor'), lane()),
      written('incidents', lane(), lane('supervisor')),
    ];
    expect(see({ pausedWithoutApi: 1 }, others).down).toEqual([]);
  });

  test('comes back for good after a few times', () => {
    expect(see({ pausedWithoutApi: 1 }, Array(20).fill(pause[0])).down).toHaveLength(8);
  });
});

test('a server is down again when its breaker closes', () => {
  const closes = [written('breakers', breaker('half-open', 'a'), breaker('closed'))];
  expect(see({ downAgain: 1 }, closes).down).toEqual(['https://fhir.simulated/r4']);
  const counts = [written('breakers', breaker('closed'), breaker('closed'))];
  expect(see({ downAgain: 1 }, counts).down).toEqual([]);
});

test('a server and a table that deliveries need are slow together, twice at most', () => {
  const opens = written('breakers', breaker('closed'), breaker('open'));
  const { down } = see({ brownOut: 1 }, [opens, opens, opens]);
  const places = Array(2).fill([
    'https://fhir.simulated/r4',
    expect.stringMatching(/^stack-(?:resources|breakers|quarantine)$/),
  ]);
  expect(down).toEqual(places.flat());
  const counts = [written('breakers', breaker('closed'), breaker('closed'))];
  expect(see({ brownOut: 1 }, counts).down).toEqual([]);
});

test('a machine is in trouble when it has taken the lease of a probe', () => {
  const takes = [written('breakers', breaker('open'), breaker('half-open', 'a'))];
  expect(see({ probeInTrouble: 1 }, takes).host.isCutOff).toBe(true);
  expect(see({}, takes).host.isCutOff).toBe(false);
  expect(see({ probeInTrouble: 1 }, takes, { name: 'operator#1' }).host.isCutOff).toBe(false);
  const same = [written('breakers', breaker('half-open', 'a'), breaker('half-open', 'a'))];
  expect(see({ probeInTrouble: 1 }, same).host.isCutOff).toBe(false);
});

test('a machine that has leased a delivery stands still, or hears of it late', () => {
  const lease = (owner: string) => ({ deliveryLease: { owner } });
  const takes = [written('resources', {}, lease('a'))];
  const isHindered = (effects: typeof takes, leaseStands = 1) => {
    const { host } = see({ leaseStands }, effects, { name: 'deliver#1' });
    let hasGoneOn = false;
    host.resume(() => {
      hasGoneOn = true;
    });
    return !hasGoneOn || host.isSlow;
  };
  expect(isHindered(takes)).toBe(true);
  expect(isHindered(takes, 0)).toBe(false);
  expect(isHindered([written('resources', lease('a'), lease('a'))])).toBe(false);
  expect(isHindered([written('resources', lease('a'), {})])).toBe(false);
});

test('the message of an escalation comes again after its incident was resolved', async () => {
  const told = message({ id: 'e', body: JSON.stringify({ escalation: { scope: 'validate' } }) });
  const incident = (status: string, cause: string) => ({
    ...{ pk: 'validate', sk: 'incident#1', number: 1, status, cause },
  });
  const accepted = async (cause: string, comesAgain = 1, isThere = false) => {
    const all: string[] = [];
    const queue = { messages: isThere ? [told] : [], accept: ({ id }: Message) => all.push(id) };
    const world = {
      ...{ isHealed: true, scheduler, services: { sqs: { queue: () => queue } } },
      faults: { coincidences: NO_COINCIDENCES },
      drawn: { coincidences: { ...NO_COINCIDENCES, comesAgain } },
    };
    const coincidences = new Coincidences(world as unknown as World, 1);
    const host = hostAt('incident#1');
    coincidences.see({ kind: 'arrived', queue: queueNamed('incident'), message: told }, host);
    const [open, over] = [incident('open', cause), incident('resolved', cause)];
    coincidences.see(written('incidents', open, over), host);
    await scheduler.run(() => false, scheduler.now + 60_000);
    return all;
  };
  expect(await accepted('escalation')).toEqual(['e']);
  expect(await accepted('crashes')).toEqual([]);
  expect(await accepted('escalation', 0)).toEqual([]);
  expect(await accepted('escalation', 1, true)).toEqual([]);
});

test('no environment of a lane loads when many of its messages wait', () => {
  const down = (name: string, visible: number, badDeployment = 1) => {
    const all: string[] = [];
    const world = {
      ...{ isHealed: false, scheduler, services: { sqs: { queue: () => ({ visible }) } } },
      ...{ nameOf: (end: string) => end, breakDown: (of: string) => all.push(of) },
      faults: { coincidences: { ...NO_COINCIDENCES, badDeployment } },
    };
    const coincidences = new Coincidences(world as unknown as World, 1);
    const queue = queueNamed(name);
    coincidences.see({ kind: 'arrived', queue, message: message() }, undefined);
    return all;
  };
  expect(down('critical', 50)).toEqual(['validate-critical']);
  expect(down('background-isolation', 5)).toEqual(['validate-background']);
  expect(down('critical', 49)).toEqual([]);
  expect(down('critical-dead-letter', 50)).toEqual([]);
  expect(down('critical', 50, 0)).toEqual([]);
});

test('an environment dies that has recorded a crash with too few resolutions', () => {
  const resolved = written(
    'incidents',
    {},
    { ...{ pk: 'validate', sk: 'incident#2' }, number: 2, status: 'resolved' },
  );
  const crash = (incidentsOver: number, pk = 'validate') =>
    written('incidents', undefined, { pk, sk: 'crash#1', incidentsOver });
  const isDead = (effects: readonly ReturnType<typeof written>[], diesUntold = 1) => {
    const { host } = see({ diesUntold }, effects, { name: 'incident#1' });
    host.resume(() => undefined);
    return host.isDead;
  };
  expect(isDead([resolved, crash(1)])).toBe(true);
  expect(isDead([resolved, crash(1)], 0)).toBe(false);
  expect(isDead([resolved, crash(2)])).toBe(false);
  expect(isDead([resolved, crash(1, 'deliver')])).toBe(false);
  expect(isDead([crash(0), resolved])).toBe(false);
});

test('a group of suspects arrives once more, and nothing else does', () => {
  const sent: unknown[] = [];
  const acts: (() => void)[] = [];
  const world = {
    isHealed: false,
    faults: { coincidences: { ...NO_COINCIDENCES, groupTwice: 1 } },
    scheduler: { after: (_: number, act: () => void) => acts.push(act) },
    services: { sqs: { queue: () => ({ send: (one: Message) => sent.push(one.id) }) } },
  };
  const coincidences = new Coincidences(world as unknown as World, 1);
  const group = { 'failsafe-group': { DataType: 'String', StringValue: '2' } };
  const arrive = (queue: string, what: Message) =>
    coincidences.see({ kind: 'arrived', queue: queueNamed(queue), message: what }, undefined);
  arrive('critical-isolation', message({ id: 'alone' }));
  arrive('critical-dead-letter', message({ id: 'letter', attributes: group }));
  const suspects = message({ id: 'group', body: '[]', attributes: group });
  arrive('critical-isolation', suspects);
  arrive('critical-isolation', { ...suspects, id: 'copy' });
  for (const act of acts) act();
  expect(sent).toEqual(['group']);
});

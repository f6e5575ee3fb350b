import { UpdateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { describe, expect, test } from 'vitest';
import { SupervisionChecker } from '../../../simulation/checks/supervision-checker.ts';
import type { Effect } from '../../../simulation/effects.ts';
import { HEALTHY } from '../../../simulation/faults.ts';
import type { EventSource } from '../../../simulation/lambda/event-source.ts';
import type { Fate } from '../../../simulation/road.ts';
import { hostAt, message, queueNamed, written } from './history.ts';

const by = hostAt('supervisor#1', 1_000);
const clock = { now: 1_000_000 };

const running = {
  ...{ name: 'critical', version: 1, holds: {}, confirmed: true, setbacks: 0, outbox: [] },
};
const hold = { since: 1, why: 'deaths', by: 'supervisor' };
const held = (version: number, fields: object = {}) => ({
  ...running,
  ...{ version, holds: { supervisor: hold }, confirmed: false, ...fields },
});
const back = (version: number, step: number | undefined, fields: object = {}) => ({
  ...running,
  ...{ version, ...(step !== undefined && { ramp: { step, at: 50_000 * step } }), ...fields },
});
const probe = { id: 'p1', until: by.now() + 180_000 };

function checkerOf(states: Readonly<Record<string, string>> = {}, outages = HEALTHY.outages) {
  const sources = ['critical', 'critical-isolation', 'background'].map((name) => ({
    plan: { uuid: `uuid-of-${name}`, queue: { plan: queueNamed(name) } },
    state: states[name] ?? 'Enabled',
    polls: states[name] === undefined,
  })) as unknown as EventSource[];
  const scheduler = clock as unknown as ConstructorParameters<
    typeof SupervisionChecker
  >[0]['scheduler'];
  return new SupervisionChecker({ scheduler, sources, drawn: { ...HEALTHY, outages } });
}

function see(
  states: object[],
  mappings: Readonly<Record<string, string>> = {},
  outages = HEALTHY.outages,
) {
  const checker = checkerOf(mappings, outages);
  let before: object | undefined = running;
  for (const after of states) {
    checker.see(written('supervision', before, after), by);
    before = after;
  }
  return checker;
}

const OFF = { critical: 'Disabled', 'critical-isolation': 'Disabled' };
const received = (name: string): Effect => ({
  kind: 'received',
  queue: queueNamed(name),
  received: { message: message(), receiptHandle: 'm1/1', receiveCount: 1 },
});

describe('R31: the checker of lanes', () => {
  test('accepts that a lane is read until its pause is confirmed', () => {
    const checker = see([held(2)]);
    expect(() => checker.see(received('critical'), undefined)).not.toThrow();
    expect(checker.unfinished()).toBe('lane critical is held by supervisor');
  });

  test('finds a pause that counts as confirmed while a mapping is enabled', () => {
    const half = { critical: 'Disabled' };
    expect(() => see([held(2), held(3, { confirmed: true })], half)).toThrow(
      'critical-isolation is Enabled',
    );
  });

  test('finds a paused lane that is read, except by its probe', () => {
    const checker = see([held(2), held(3, { confirmed: true })], OFF);
    clock.now += 5_000;
    expect(() => checker.see(received('background'), undefined)).not.toThrow();
    expect(() => checker.see(received('critical'), by)).not.toThrow();
    expect(() => checker.see(received('critical-isolation'), undefined)).toThrow('R31');
  });

  describe('lets a paused lane be read after a change that enables it', () => {
    const paused = (outages = HEALTHY.outages) => {
      const checker = see([held(2), held(3, { confirmed: true })], OFF, outages);
      const sender = hostAt('operator#1');
      const look = () => checker.see(received('critical-isolation'), undefined);
      const input = (Enabled: boolean) => ({ UUID: 'uuid-of-critical', Enabled });
      const command = new UpdateEventSourceMappingCommand(input(true));
      const call = (Enabled = true) => {
        const update = new UpdateEventSourceMappingCommand(input(Enabled));
        checker.see({ kind: 'called', service: 'lambda', command: update }, sender);
      };
      const befalls = (fate: Fate) =>
        checker.see(
          { kind: 'befell', service: 'lambda', command, fate, before: undefined },
          sender,
        );
      const fails = (about: object = {}) =>
        checker.see({ kind: 'failed', service: 'dynamodb', command: about, error: 'x' }, sender);
      const ends = () => checker.see({ kind: 'frozen' }, sender);
      const deployed = () => checker.see({ kind: 'reset', uuid: 'uuid-of-critical' }, undefined);
      const pass = (ms: number) => {
        clock.now += ms;
      };
      const dies = () => checker.see({ kind: 'died' }, sender);
      return { look, call, befalls, fails, dies, pass, ends, deployed };
    };
    type Paused = ReturnType<typeof paused>;

    test.each([
      ['until its sender has looked again, however late it gives up a call', () => {}, 30_000],
      [
        'longer if an answer is lost',
        ({ befalls, pass }: Paused) => {
          pass(20_000);
          befalls('lostAnswer');
        },
        30_000,
      ],
      ['until reviews if its sender dies', ({ dies }: Paused) => dies(), 300_000],
      ['until reviews if it was given up', ({ befalls }: Paused) => befalls('late'), 300_000],
      ['until reviews if its sender cannot look', ({ fails }: Paused) => fails(), 300_000],
      [
        'no longer if it cannot look at another lane',
        ({ fails }: Paused) => {
          fails({ input: { TableName: 'stack-supervision', Key: { pk: 'delivery' } } });
          fails({ input: { UUID: 'uuid-of-background' } });
        },
        30_000,
      ],
      [
        'until reviews if it cannot look at this one',
        ({ fails }: Paused) =>
          fails({ input: { TableName: 'stack-supervision', Item: { pk: 'critical' } } }),
        300_000,
      ],
      ['until its invocation ends', ({ ends }: Paused) => ends(), 1_000],
      ['until reviews after a deployment', ({ deployed }: Paused) => deployed(), 300_000],
    ])('%s', (_, befall, ms) => {
      const lane = paused();
      lane.call();
      befall(lane);
      lane.pass(ms);
      expect(lane.look).not.toThrow();
      lane.pass(1);
      expect(lane.look).toThrow(
        'R31: stack-critical-isolation was read although critical is paused',
      );
    });

    test('also if it comes between the look at the mappings and the confirmation', () => {
      const checker = checkerOf({ critical: 'Enabling', 'critical-isolation': 'Disabled' });
      const confirmed = () => checker.see(written('supervision', held(2), held(3, isOff)), by);
      const isOff = { confirmed: true };
      const input = { UUID: 'uuid-of-critical', Enabled: true };
      const command = new UpdateEventSourceMappingCommand(input);
      checker.see({ kind: 'called', service: 'lambda', command }, hostAt('operator#1'));
      expect(confirmed).not.toThrow();
      clock.now += 30_001;
      checker.see(written('supervision', held(3, isOff), held(4)), by);
      const again = () => checker.see(written('supervision', held(4), held(5, isOff)), by);
      expect(again).toThrow('R31: critical is said to be paused, and stack-critical is Enabling');
    });

    test.each([
      ['dynamodb', 100_000],
      ['stack-supervision', 100_000],
      ['lambda', 100_000],
      ['minute', 100_000],
      ['stack-supervisor', 100_000],
      ['s3', 0],
      ['stack-resources', 0],
    ])('and the longer a review lacks what it needs: %s', (of, ms) => {
      const lane = paused([{ of, fromMs: 0, untilMs: 100_000, share: 1 }]);
      lane.deployed();
      lane.pass(300_000 + ms);
      expect(lane.look).not.toThrow();
      lane.pass(1);
      expect(lane.look).toThrow('R31');
    });

    test('but not longer if its sender dies after it has looked again', () => {
      const lane = paused();
      lane.call();
      lane.pass(30_001);
      lane.dies();
      expect(lane.look).toThrow('R31');
    });

    test('but not after one that disables it', () => {
      const lane = paused();
      lane.call(false);
      lane.pass(5_000);
      expect(lane.look).toThrow('R31');
    });
  });

  test('finds a command that pauses a lane once more after others have resumed it', () => {
    const [ada, grace] = [hostAt('operator#1'), hostAt('operator#2')];
    const lane = (version: number, operator?: object) => ({
      ...running,
      confirmed: false,
      version,
      holds: { operator },
    });
    const [on, off, onAgain, offAgain] = [lane(1), lane(2, hold), lane(3), lane(4, hold)];
    const checker = checkerOf();
    checker.see(written('supervision', on, off), ada);
    checker.see(written('supervision', off, onAgain), grace);
    const again = written('supervision', onAgain, offAgain);
    expect(() => checker.see(again, hostAt('operator#3'))).not.toThrow();
    expect(() => checker.see(again, ada)).toThrow('R31: operator#1 paused critical twice');
  });

  test('finds unfinished work, and a save on a state that was replaced', () => {
    const undone = back(2, undefined, { outbox: [{ kind: 'escalation' }] });
    expect(see([undone]).unfinished()).toBe('escalation of critical is not done');
    expect(() => see([held(1)])).toThrow('saved as 1 over 1');
    expect(see([back(2, undefined)], { background: 'Disabled' }).unfinished()).toContain('mapping');
  });
});

describe('R33: the checker of lanes', () => {
  const paused = [held(2), held(3, { confirmed: true })];
  const probing = [...paused, held(4, { confirmed: true, probe })];

  test('accepts that a lane returns by a probe, with two environments and then four', () => {
    const checker = see([...probing, back(5, 2), back(6, 4), back(7, undefined)], OFF);
    expect(checker.unfinished()).toContain('Disabled');
  });

  test('finds a lane that returns without a probe, unless an operator resumes it', () => {
    expect(() => see([...paused, back(4, 2)], OFF)).toThrow('without a probe');
    const checker = see(paused, OFF);
    const resumed = written('supervision', paused.at(-1), back(4, 2));
    expect(() => checker.see(resumed, hostAt('operator#1'))).not.toThrow();
  });

  test('finds a probe of a lane that may be read by others', () => {
    const early = [held(2), held(3, { confirmed: false, probe })];
    expect(() => see(early, OFF)).not.toThrow();
    expect(() => see(early)).toThrow('R33: critical is probed, and stack-critical is Enabled');
  });

  test('finds a second probe, and one of a lane that must stay paused', () => {
    const second = held(5, { confirmed: true, probe: { ...probe, id: 'p2' } });
    expect(() => see([...probing, second], OFF)).toThrow('began a second probe');
    const operator = { operator: { ...hold, by: 'ann' } };
    const by = held(4, { confirmed: true, holds: operator, probe });
    expect(() => see([held(2, { holds: operator }), { ...by, version: 3 }], OFF)).toThrow('R33');
  });

  test("finds a lane's probe that is decided on by another process, or that nobody makes any more", () => {
    const probed = see(probing, OFF);
    const failed = held(5, { confirmed: true, setbacks: 1 });
    const fails = written('supervision', probing.at(-1), failed);
    const other = hostAt('supervisor#2');
    expect(() => probed.see(fails, other)).toThrow(
      'R33: supervisor#2 decided what came of a probe of critical, which supervisor#1 makes',
    );
    expect(() => see([...probing, failed], OFF)).not.toThrow();
    const late = [...probing, back(5, undefined), back(6, undefined, { setbacks: 1 })];
    expect(() => see(late, OFF)).toThrow('R33: critical had a setback without a probe');
    const again = [back(2, 2), held(3, { setbacks: 1 })];
    expect(() => see(again)).not.toThrow();
  });

  test('finds steps that are too large or too early', () => {
    expect(() => see([...probing, back(5, 4)], OFF)).toThrow('and not 2');
    expect(() => see([...probing, back(5, 2), back(6, 8)], OFF)).toThrow('from 2 to 8');
    const early = back(6, undefined, { ramp: { step: 4, at: 100_001 } });
    expect(() => see([...probing, back(5, 2), early], OFF)).toThrow('from 2 to 4');
  });
});

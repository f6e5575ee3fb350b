import { describe, expect, test } from 'vitest';
import { SupervisionChecker } from '../../../simulation/checks/supervision-checker.ts';
import type { Effect } from '../../../simulation/effects.ts';
import type { EventSource } from '../../../simulation/lambda/event-source.ts';
import { hostAt, message, queueNamed, written } from './history.ts';

const by = hostAt('supervisor#1', 1_000);
const clock = { now: 1_000_000 };

const running = {
  ...{ name: 'critical', version: 1, holds: {}, confirmed: true, outbox: [] },
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

function checkerOf(states: Readonly<Record<string, string>> = {}) {
  const sources = ['critical', 'critical-isolation', 'background'].map((name) => ({
    plan: { uuid: `uuid-of-${name}`, queue: { plan: queueNamed(name) } },
    state: states[name] ?? 'Enabled',
    polls: states[name] === undefined,
  })) as unknown as EventSource[];
  const scheduler = clock as unknown as ConstructorParameters<
    typeof SupervisionChecker
  >[0]['scheduler'];
  return new SupervisionChecker({ scheduler, sources });
}

function see(states: object[], mappings: Readonly<Record<string, string>> = {}) {
  const checker = checkerOf(mappings);
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

  test('lets it be read after an operator changed its mappings, but not for long', () => {
    const checker = see([held(2), held(3, { confirmed: true })], OFF);
    const command = { input: { UUID: 'uuid-of-critical' } };
    checker.see({ kind: 'called', service: 'lambda', command }, hostAt('operator#1'));
    clock.now += 5_000;
    expect(() => checker.see(received('critical-isolation'), undefined)).not.toThrow();
    clock.now += 300_000;
    expect(() => checker.see(received('critical-isolation'), undefined)).toThrow('R31');
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
    const said = { outbox: [{ kind: 'audit', fact: { kind: 'lane-resumed', actor: 'ann' } }] };
    expect(() => see([...paused, back(4, 2, said)], OFF)).not.toThrow();
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

  test('finds steps that are too large or too early', () => {
    expect(() => see([...probing, back(5, 4)], OFF)).toThrow('and not 2');
    expect(() => see([...probing, back(5, 2), back(6, 8)], OFF)).toThrow('from 2 to 8');
    const early = back(6, undefined, { ramp: { step: 4, at: 100_001 } });
    expect(() => see([...probing, back(5, 2), early], OFF)).toThrow('from 2 to 4');
  });
});

import { describe, expect, test } from 'vitest';
import type { Item } from '../../../simulation/dynamo/values.ts';
import type { EffectOf } from '../../../simulation/effects.ts';
import {
  commandAnyTime,
  commandAt,
  commandInStorm,
  contraryTo,
} from '../../../simulation/operators/choose-command.ts';
import type { Command } from '../../../simulation/operators/command.ts';
import { NO_OPERATORS, type OperatorHabits } from '../../../simulation/operators/habits.ts';
import { Random } from '../../../simulation/random.ts';
import { written } from '../checks/history.ts';

const at = (habits: Partial<OperatorHabits>, seed = 1) => ({
  random: new Random(seed),
  habits: { ...NO_OPERATORS, ...habits },
  now: 1_000,
  correct: (messageId: string) => (messageId === 'm1' ? 'fixed' : undefined),
});

const quarantined = { pk: 'm1', status: 'quarantined', quarantinedAt: 1_005, fingerprint: 'f' };
const probing = { pk: 'fhir-server', phase: 'half-open', probe: { owner: 'a' } };
const incident = { sk: 'incident#1', scope: 'validate', number: 1, status: 'open' };
const probed = { name: 'critical', probe: { id: 'p' } };
const MOMENTS = [
  ['redrives', written('quarantine', undefined, quarantined), { kind: 'redrive', before: 1_005 }],
  ['discards', written('quarantine', undefined, quarantined), { kind: 'discard', before: 1_005 }],
  ['overrules', written('breakers', undefined, probing), { service: 'fhir-server' }],
  ['holds', written('supervision', undefined, { name: 'delivery' }), { lane: 'delivery' }],
  ['interrupts', written('supervision', { name: 'critical' }, probed), { lane: 'critical' }],
  ['speaks', written('incidents', undefined, incident), { scope: 'validate', number: 1 }],
] as const;

describe('the moment of a command', () => {
  test.each(MOMENTS)('%s', (habit, effect, command) => {
    expect(commandAt(effect, at({ [habit]: 1 }))).toMatchObject(command);
    expect(commandAt(effect, at({}))).toBeUndefined();
  });

  test.each([
    ['an entry that was quarantined before', written('quarantine', quarantined, quarantined)],
    ['an entry in isolation', written('quarantine', undefined, { status: 'in-isolation' })],
    ['an entry that is gone', written('quarantine', quarantined, undefined)],
    [
      'a failure of a closed breaker',
      written('breakers', { phase: 'closed' }, { phase: 'closed' }),
    ],
    ['a node that is no lane', written('supervision', undefined, { name: 'audit' })],
    ['a crash', written('incidents', undefined, { sk: 'crash#1' })],
    ['a resolved incident', written('incidents', incident, { ...incident, status: 'resolved' })],
    ['a resource', written('resources', undefined, { pk: 'a' })],
  ])('%s is none', (_, effect) => {
    const all = { redrives: 1, discards: 1, overrules: 1, holds: 1, speaks: 1 };
    expect(commandAt(effect, at(all))).toBeUndefined();
  });

  test('an entry that is sent back alone may be corrected, if something is wrong with it', () => {
    const corrected = (pk: string, corrects: number, seed: number) => {
      const effect = written('quarantine', undefined, { ...quarantined, pk });
      return commandAt(effect, at({ redrives: 1, corrects }, seed));
    };
    const kinds = new Set<string>();
    for (let seed = 0; seed < 20; seed += 1) {
      const command = corrected('m1', 1, seed) as Extract<
        Command,
        { readonly corrected?: string | undefined }
      >;
      kinds.add(command.selection.kind);
      expect(command.corrected).toBe(command.selection.kind === 'ids' ? 'fixed' : undefined);
      expect(corrected('m2', 1, seed)).not.toHaveProperty('corrected', 'fixed');
      expect(corrected('m1', 0, seed)).not.toHaveProperty('corrected', 'fixed');
    }
    expect(kinds).toEqual(new Set(['ids', 'fingerprint']));
  });

  test('a probe of a lane that goes on is none', () => {
    const goesOn = written('supervision', probed, { ...probed, version: 2 });
    expect(commandAt(goesOn, at({ interrupts: 1 }))).toBeUndefined();
  });

  test('many crashes of one scope are one to resolve its incident', () => {
    const invokedWith = (components: readonly string[], name = 'incident') => {
      const records = components.map((component) => ({ body: JSON.stringify({ component }) }));
      const about = { functionName: `stack-${name}`, requestId: 'r1' };
      return { kind: 'invoked', ...about, event: { Records: records } } as EffectOf<'invoked'>;
    };
    const storm = invokedWith(Array(5).fill('validate'));
    const open = () => incident as unknown as Item;
    const resolved = () => ({ ...incident, status: 'resolved' }) as unknown as Item;
    const all = at({ resolvesInStorm: 1 });
    const resolve = { kind: 'incident', scope: 'validate', number: 1, word: 'resolve' };
    expect(commandInStorm(storm, open, all)).toEqual(resolve);
    expect(commandInStorm(storm, open, at({}))).toBeUndefined();
    expect(commandInStorm(storm, resolved, all)).toBeUndefined();
    expect(commandInStorm(storm, () => undefined, all)).toBeUndefined();
    const few = invokedWith(['validate', 'validate', 'deliver', 'deliver', 'audit']);
    expect(commandInStorm(few, open, all)).toBeUndefined();
    const others = invokedWith(Array(5).fill('validate'), 'supervisor');
    expect(commandInStorm(others, open, all)).toBeUndefined();
  });

  test('an incident may be resolved while another escalation of its scope is being recorded', () => {
    const body = JSON.stringify({ escalation: { scope: 'validate' } });
    const about = {
      functionName: 'stack-incident',
      requestId: 'r1',
      event: { Records: [{ body }] },
    };
    const escalated = { kind: 'invoked', ...about } as unknown as EffectOf<'invoked'>;
    const open = () => incident as unknown as Item;
    const resolve = { kind: 'incident', scope: 'validate', number: 1, word: 'resolve' };
    expect(commandInStorm(escalated, open, at({ resolvesInStorm: 1 }))).toEqual(resolve);
    expect(commandInStorm(escalated, open, at({}))).toBeUndefined();
    expect(commandInStorm(escalated, () => undefined, at({ resolvesInStorm: 1 }))).toBeUndefined();
  });

  test('a breaker may be forced open for less time than its probe lasts', () => {
    const begins = written('breakers', { pk: 'fhir-server', phase: 'open' }, probing);
    const words = Array.from({ length: 40 }, (_, seed) =>
      commandAt(begins, at({ overrules: 1 }, seed)),
    );
    const short = { kind: 'overrule', service: 'fhir-server', word: 'force-open', forMs: 3_000 };
    expect(words).toContainEqual(short);
    expect(words.some((word) => word?.kind === 'overrule' && word.word === 'reset')).toBe(true);
  });

  test('a lane that has just been released may be paused', () => {
    const lane = (by?: object) => ({ name: 'critical', holds: { supervisor: by } });
    const released = written('supervision', lane({ by: 'validate' }), lane());
    const pause = { kind: 'lane', lane: 'critical', word: 'pause' };
    for (const seed of [1, 2, 3, 4, 5]) {
      expect(commandAt(released, at({ interrupts: 1 }, seed))).toEqual(pause);
    }
    expect(commandAt(released, at({}))).toBeUndefined();
  });

  test('a fingerprint may be redriven as a whole', () => {
    const kinds = new Set<string>();
    for (let seed = 1; seed <= 40; seed += 1) {
      const command = commandAt(MOMENTS[0][1], at({ redrives: 1 }, seed));
      if (command?.kind === 'redrive') kinds.add(command.selection.kind);
    }
    expect(kinds).toEqual(new Set(['ids', 'fingerprint']));
  });
});

test('without a moment to choose, an operator selects all that match, forces a breaker, or pauses a lane', () => {
  const given = new Map<string, number>();
  for (let seed = 1; seed <= 100; seed += 1) {
    const all = { redrives: 1, discards: 1, overrules: 1, holds: 1, speaks: 1 };
    const command = commandAnyTime(at(all, seed));
    const name = command?.kind ?? 'nothing';
    given.set(name, (given.get(name) ?? 0) + 1);
    if (command?.kind === 'redrive') expect(command.selection).toEqual({ kind: 'all' });
    expect(commandAnyTime(at({}, seed))).toBeUndefined();
  }
  expect([...given.keys()].sort()).toEqual(['discard', 'lane', 'nothing', 'overrule', 'redrive']);
});

test('another operator may want the contrary, and has no correction', () => {
  const entries = { selection: { kind: 'all' }, only: {}, before: 1, rate: 1 } as const;
  const redrive = { ...entries, kind: 'redrive', corrected: 'fixed' } as const;
  const discard = { ...entries, kind: 'discard', corrected: undefined } as const;
  expect(contraryTo(redrive)).toEqual(discard);
  expect(contraryTo(discard)).toEqual({ ...redrive, corrected: undefined });
  const pause = { kind: 'lane', lane: 'critical', word: 'pause' } as const;
  expect(contraryTo(contraryTo(pause))).toEqual(pause);
  expect(contraryTo(pause)).toMatchObject({ word: 'resume' });
  const overrule = { kind: 'overrule', service: 's', word: 'reset', forMs: 1 } as const;
  expect(contraryTo(overrule)).toBe(overrule);
});

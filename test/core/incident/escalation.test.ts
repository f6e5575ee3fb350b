import { describe, expect, test } from 'vitest';
import { countDeaths, countRestart, isComponentDeath } from '../../../core/incident/escalation.ts';
import type { LanePolicy } from '../../../core/supervision/lane-supervision.ts';
import { isHeld, type Supervised, untouched } from '../../../core/supervision/supervised-state.ts';
import {
  type Child,
  type Place,
  placesIn,
  type Strategy,
  type SupervisionNode,
  type Supervisor,
} from '../../../core/supervision/supervision-tree.ts';

const NOW = 100_000;

const policy: LanePolicy = {
  coolDownMs: 30_000,
  backOffMaxMs: 300_000,
  rampStepMs: 50_000,
  linkAfterMs: 120_000,
  probeLeaseMs: 180_000,
};

const leaf = (name: string, fields: Partial<Child> = {}): Child => ({
  kind: 'child',
  name,
  restart: 'permanent',
  functions: [name],
  lane: name,
  needs: [],
  ...fields,
});

const over = (
  name: string,
  children: readonly SupervisionNode[],
  fields: Partial<Supervisor> = {},
): Supervisor => ({
  kind: 'supervisor',
  name,
  strategy: 'one_for_one',
  intensity: 1,
  periodMs: 1_000,
  children,
  ...fields,
});

/** root > top > layer > a, b (no lane), c; top > layer, beside > d. */
function tree(strategy: Strategy, topStrategy: Strategy = 'one_for_one') {
  const layer = over('layer', [leaf('a'), without('b'), leaf('c')], { strategy });
  const top = over('top', [layer, over('beside', [leaf('d')])], { strategy: topStrategy });
  const places = placesIn(over('root', [top], { intensity: 0 }));
  return (name: string) => places.find(({ node }) => node.name === name);
}

function without(name: string, fields: Partial<Child> = {}): Child {
  const { lane: _none, ...child } = leaf(name, fields);
  return child;
}

const place = <N extends SupervisionNode>(found: Place | undefined) => found as Place<N>;
const deaths = (...times: number[]) => times.map((at) => ({ id: `r-${at}`, at }));
const die = (of: Place<Child>, times: number[], state = untouched(of.node.name)) =>
  countDeaths(state, of, deaths(...times), NOW, policy);

const along = ({ outbox }: Supervised) =>
  outbox.flatMap((effect) => (effect.kind === 'end' ? [effect.child] : []));
const upwards = ({ outbox }: Supervised) =>
  outbox.flatMap((effect) => {
    if (effect.kind === 'restart') return [effect.supervisor];
    return effect.kind === 'escalation' ? [effect.escalation.scope] : [];
  });

test('R30: deaths while loading or in own code are a component’s, a resource’s are not', () => {
  const during = ['loading', 'handling', 'resource', undefined] as const;
  expect(during.map((each) => isComponentDeath({ during: each, kind: 'exception' }))).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

test('R31: an end without a reason may be a kill, and is not blamed on a component', () => {
  const kinds = ['exception', 'timeout', 'out-of-memory', 'exit'] as const;
  const own = kinds.filter((kind) => isComponentDeath({ during: 'loading', kind }));
  expect(own).toEqual(['exception', 'timeout', 'out-of-memory']);
});

describe('too many deaths of a component', () => {
  test.each([
    ['one_for_one', []],
    ['one_for_all', ['a']],
    ['rest_for_one', []],
  ] as const)('R32: that is last under %s end its lane and %j', (strategy, others) => {
    const state = die(place(tree(strategy)('c')), [1, 2]);
    expect(isHeld(state)).toBe(true);
    expect(along(state)).toEqual(others);
  });

  test('R32: that is first under rest_for_one end those after it', () => {
    expect(along(die(place(tree('rest_for_one')('a')), [1, 2]))).toEqual(['c']);
  });

  test('R32: without a lane end the lanes of the others if the strategy says so', () => {
    const state = die(place(tree('one_for_all')('b')), [1, 2]);
    expect(isHeld(state)).toBe(false);
    expect(along(state)).toEqual(['a', 'c']);
    expect(state).toMatchObject({ restarts: [], spentUntil: 2 });
  });

  test('R31: are reported to the supervisor above, with the same id on each repetition', () => {
    const state = die(place(tree('one_for_one')('a')), [1, 2]);
    expect(state.outbox.filter(({ kind }) => kind === 'restart')).toEqual([
      {
        kind: 'restart',
        supervisor: 'top',
        of: 'layer',
        restart: { id: 'a:1:2', at: 2 },
        why: 'a died more than 1 times within 1 s',
      },
    ]);
  });

  test('R30: no longer count after they caused an escalation', () => {
    const ended = die(place(tree('one_for_one')('b')), [1, 2]);
    expect(die(place(tree('one_for_one')('b')), [1, 2], ended)).toBe(ended);
    const paused = die(place(tree('one_for_one')('a')), [1, 2]);
    expect(die(place(tree('one_for_one')('a')), [3, 4, 5], paused)).toBe(paused);
  });

  test('R30: that is never restarted, or that no supervisor has, count nothing', () => {
    const state = untouched('t');
    const temporary = leaf('t', { restart: 'temporary' });
    expect(die({ node: temporary, above: [over('s', [temporary])] }, [1, 2, 3], state)).toBe(state);
    expect(die({ node: leaf('t'), above: [] }, [1, 2, 3], state)).toBe(state);
    const transient = leaf('t', { restart: 'transient' });
    expect(isHeld(die({ node: transient, above: [over('s', [transient])] }, [1, 2]))).toBe(true);
  });

  test('R30: are counted death by death, and a repeated one changes nothing', () => {
    const once = die(place(tree('one_for_one')('a')), [1]);
    expect(once.restarts).toEqual(deaths(1));
    expect(die(place(tree('one_for_one')('a')), [1], once)).toBe(once);
  });
});

describe('restarts of a supervisor', () => {
  const restart = (at: number) => ({ of: 'layer', restart: { id: `x-${at}`, at }, why: 'a died' });

  test('R31 R32: count by the limits of the one above, whose strategy then ends what is below', () => {
    const top = place<Supervisor>(tree('one_for_one', 'one_for_all')('top'));
    const first = countRestart(untouched('top'), top, restart(1));
    expect(first.outbox).toEqual([]);
    const second = countRestart(first, top, restart(2));
    expect(along(second)).toEqual(['a', 'c', 'd']);
    expect(upwards(second)).toEqual(['root']);
    const oneForOne = place<Supervisor>(tree('one_for_one')('top'));
    expect(along(countRestart(first, oneForOne, restart(2)))).toEqual(['a', 'c']);
  });

  test('R31: at the root notify people, and end nothing', () => {
    const root = place<Supervisor>(tree('one_for_one', 'one_for_all')('root'));
    const told = countRestart(untouched('root'), root, { ...restart(7), of: 'top' });
    expect(told.outbox).toEqual([
      {
        kind: 'escalation',
        escalation: { scope: 'supervisor:root', at: 7, why: 'a died', id: 'root:1:7' },
      },
    ]);
    expect(countRestart(told, root, { ...restart(7), of: 'top' })).toBe(told);
  });
});

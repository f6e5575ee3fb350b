import { describe, expect, test } from 'vitest';
import {
  type Child,
  childOfCrash,
  childOfLane,
  childrenIn,
  endsWith,
  type Strategy,
  SUPERVISED_LANES,
  SUPERVISION_TREE,
  type SupervisionNode,
  type Supervisor,
} from '../../../core/supervision/supervision-tree.ts';
import {
  functionProblems,
  treeProblems,
} from '../../../core/supervision/supervision-tree-problems.ts';

const LANES = ['a-lane', 'b-lane'];

function leaf(name: string, fields: Partial<Child> = {}): Child {
  return { kind: 'child', name, restart: 'permanent', functions: [name], needs: [], ...fields };
}

function over(name: string, children: SupervisionNode[], fields: Partial<Supervisor> = {}) {
  const defaults = { strategy: 'one_for_one', intensity: 1, periodMs: 1_000 } as const;
  return { kind: 'supervisor', name, children, ...defaults, ...fields } as const;
}

describe('the tree', () => {
  test('has no problems', () => {
    expect(treeProblems(SUPERVISION_TREE, SUPERVISED_LANES)).toEqual([]);
  });

  test('R30: gives the error kernel 10 restarts in 60 s, the application layer 3 in 5 s', () => {
    const limits = SUPERVISION_TREE.children.map((node) =>
      node.kind === 'supervisor' ? [node.name, node.intensity, node.periodMs] : [],
    );
    expect(limits).toEqual([
      ['error-kernel', 10, 60_000],
      ['application-layer', 3, 5_000],
    ]);
  });

  test('R31: every lane belongs to a component, whose supervisors are known up to the root', () => {
    for (const lane of SUPERVISED_LANES) {
      const place = childOfLane(SUPERVISION_TREE, lane);
      expect(place?.above.map(({ name }) => name)).toEqual(['application-layer', 'application']);
    }
    expect(childOfLane(SUPERVISION_TREE, 'nowhere')).toBeUndefined();
  });

  test('R30: a crash belongs to the component whose function crashed', () => {
    const of = (component: string, lane?: string) =>
      childOfCrash(SUPERVISION_TREE, { component, lane })?.node.name;
    expect(of('validate', 'background')).toBe('background');
    expect(of('deliver')).toBe('delivery');
    expect(of('monitor')).toBe('supervisor');
    expect(of('validate')).toBeUndefined();
  });
});

test('R32: a strategy names what ends with a child', () => {
  const names = (strategy: Strategy, name: string) =>
    endsWith(over('s', [leaf('a'), leaf('b'), leaf('c')], { strategy }), name).map(
      (node) => node.name,
    );
  expect(names('one_for_one', 'b')).toEqual(['b']);
  expect(names('one_for_all', 'b')).toEqual(['a', 'b', 'c']);
  expect(names('rest_for_one', 'a')).toEqual(['a', 'b', 'c']);
  expect(names('rest_for_one', 'b')).toEqual(['b', 'c']);
  expect(names('rest_for_one', 'c')).toEqual(['c']);
  expect(names('one_for_all', 'nobody')).toEqual([]);
});

describe('a wrong tree is reported', () => {
  const problems = (root: Supervisor) => treeProblems(root, LANES);
  const kernel = (...children: Child[]) => over('error-kernel', children);

  test('with an unknown lane, and with one lane of two components', () => {
    expect(problems(over('r', [leaf('a', { lane: 'elsewhere' })]))).toEqual([
      'unknown lane: a names elsewhere',
    ]);
    const twice = [leaf('a', { lane: 'a-lane' }), leaf('b', { lane: 'a-lane' })];
    expect(problems(over('r', twice))).toEqual([
      'duplicate: lane a-lane belongs to more than one component',
    ]);
  });

  test('with a name or a function that occurs twice', () => {
    expect(problems(over('r', [leaf('a'), over('s', [leaf('a', { functions: ['f'] })])]))).toEqual([
      'duplicate: a stands in the tree more than once',
    ]);
    expect(problems(over('r', [leaf('a'), leaf('b', { functions: ['a'] })]))).toEqual([
      'duplicate: function a belongs to more than one component',
    ]);
  });

  test('with a supervisor within itself', () => {
    const children: SupervisionNode[] = [leaf('a')];
    const inner = over('s', children);
    children.push(inner);
    expect(problems(over('r', [inner]))).toEqual(['cycle: r > s > s']);
  });

  test('with needs that are circular or that nobody meets', () => {
    const a = leaf('a', { needs: ['b'] });
    const b = leaf('b', { needs: ['c'] });
    expect(problems(over('r', [a, b, leaf('c', { needs: ['b'] })]))).toEqual(['cycle: b > c > b']);
    expect(problems(over('r', [leaf('a', { needs: ['nothing'] })]))).toEqual([
      'unknown need: a needs nothing, which is no component',
    ]);
  });

  test('with a kernel that needs the application', () => {
    const root = over('r', [
      kernel(leaf('k', { needs: ['a'] })),
      over('layer', [leaf('a', { needs: ['m'] }), leaf('m')]),
    ]);
    expect(problems(root)).toEqual(['kernel: k must survive the application, yet needs a']);
    expect(problems(over('r', [kernel(leaf('k', { needs: ['l'] }), leaf('l'))]))).toEqual([]);
  });

  test('with invalid limits, an empty supervisor, or a component outside the tree', () => {
    const root = over('r', [over('s', [], { intensity: -1, periodMs: 0.5 })]);
    expect(problems(root)).toEqual([
      'intensity: s has -1, not a whole number from 0',
      'period: s has 0.5 ms, not a whole number above 0',
      'empty: s supervises nothing',
    ]);
    expect(problems(over('r', [leaf('a', { functions: [] })]))).toEqual([
      'homeless: a has no function, and lives within none',
    ]);
  });
});

test('tree and stack must name the same functions', () => {
  const root = over('r', [leaf('a'), leaf('g', { functions: [], within: ['ghost'] })]);
  expect(functionProblems(root, ['a', 'b'])).toEqual([
    'unknown function: ghost is in the tree, but not in the stack',
    'unsupervised: function b belongs to no component of the tree',
  ]);
  const all = childrenIn(SUPERVISION_TREE).flatMap(({ node }) => node.functions);
  expect(functionProblems(SUPERVISION_TREE, all)).toEqual([]);
});

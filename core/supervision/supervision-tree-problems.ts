/**
 * Checks a supervision tree, and says in words what is wrong with it.
 *
 * The rules: every name occurs once; no node is its own ancestor; a lane exists and belongs to one
 * component; a function belongs to one component; what a component needs exists, is not circular, and for
 * the error kernel lies within the error kernel (otherwise the application could take down what must
 * survive it).
 */
import {
  type Child,
  childrenIn,
  ERROR_KERNEL,
  type Place,
  placesIn,
  type SupervisionNode,
  type Supervisor,
} from './supervision-tree.ts';

/** Problems of the tree itself. `lanes` are the existing ones. */
export function treeProblems(root: Supervisor, lanes: readonly string[]): string[] {
  const circle = ownAncestor(root, []);
  if (circle !== undefined) return [`cycle: ${circle.join(' > ')}`];
  const names = placesIn(root).map(({ node }) => node.name);
  return [
    ...repeated(names).map((name) => `duplicate: ${name} stands in the tree more than once`),
    ...placesIn(root).flatMap(({ node }) => (node.kind === 'supervisor' ? limits(node) : [])),
    ...laneProblems(root, lanes),
    ...homeProblems(root),
    ...needProblems(root),
  ];
}

/** Differences between the tree and the existing functions. */
export function functionProblems(root: Supervisor, functions: readonly string[]): string[] {
  const named = childrenIn(root).flatMap(({ node }) => [...node.functions, ...(node.within ?? [])]);
  const owned = childrenIn(root).flatMap(({ node }) => node.functions);
  return [
    ...[...new Set(named)]
      .filter((name) => !functions.includes(name))
      .map((name) => `unknown function: ${name} is in the tree, but not in the stack`),
    ...functions
      .filter((name) => !owned.includes(name))
      .map((name) => `unsupervised: function ${name} belongs to no component of the tree`),
  ];
}

function limits({ name, intensity, periodMs, children }: Supervisor): string[] {
  const problems: string[] = [];
  if (!Number.isInteger(intensity) || intensity < 0) {
    problems.push(`intensity: ${name} has ${intensity}, not a whole number from 0`);
  }
  if (!Number.isInteger(periodMs) || periodMs <= 0) {
    problems.push(`period: ${name} has ${periodMs} ms, not a whole number above 0`);
  }
  if (children.length === 0) problems.push(`empty: ${name} supervises nothing`);
  return problems;
}

function laneProblems(root: Supervisor, known: readonly string[]): string[] {
  const used = childrenIn(root).flatMap(({ node }) =>
    node.lane === undefined ? [] : [{ name: node.name, lane: node.lane }],
  );
  return [
    ...used
      .filter(({ lane }) => !known.includes(lane))
      .map(({ name, lane }) => `unknown lane: ${name} names ${lane}`),
    ...repeated(used.map(({ lane }) => lane)).map(
      (lane) => `duplicate: lane ${lane} belongs to more than one component`,
    ),
  ];
}

function homeProblems(root: Supervisor): string[] {
  const children = childrenIn(root).map(({ node }) => node);
  return [
    ...repeated(children.flatMap(({ functions }) => functions)).map(
      (name) => `duplicate: function ${name} belongs to more than one component`,
    ),
    ...children
      .filter(({ functions, within = [] }) => functions.length === 0 && within.length === 0)
      .map(({ name }) => `homeless: ${name} has no function, and lives within none`),
  ];
}

function needProblems(root: Supervisor): string[] {
  const children = childrenIn(root);
  const byName = new Map(children.map((place) => [place.node.name, place]));
  const problems: string[] = [];
  for (const place of children) {
    for (const need of place.node.needs) {
      const needed = byName.get(need);
      if (needed === undefined) {
        problems.push(`unknown need: ${place.node.name} needs ${need}, which is no component`);
      } else if (inKernel(place) && !inKernel(needed)) {
        problems.push(`kernel: ${place.node.name} must survive the application, yet needs ${need}`);
      }
    }
  }
  const circle = circularNeed(children.map(({ node }) => node));
  return circle === undefined ? problems : [...problems, `cycle: ${circle.join(' > ')}`];
}

const inKernel = ({ above }: Place) => above.some(({ name }) => name === ERROR_KERNEL);

/** The path from a supervisor down to one of the same name. */
function ownAncestor(node: SupervisionNode, above: readonly string[]): string[] | undefined {
  const path = [...above, node.name];
  if (node.kind === 'child') return undefined;
  if (above.includes(node.name)) return path;
  for (const below of node.children) {
    const circle = ownAncestor(below, path);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

/** A path of needs that leads back to where it began. */
function circularNeed(children: readonly Child[]): string[] | undefined {
  const needs = new Map(children.map((child) => [child.name, child.needs]));
  const follow = (name: string, path: readonly string[]): string[] | undefined => {
    const from = path.indexOf(name);
    if (from >= 0) return [...path.slice(from), name];
    for (const need of needs.get(name) ?? []) {
      const circle = follow(need, [...path, name]);
      if (circle !== undefined) return circle;
    }
    return undefined;
  };
  for (const { name } of children) {
    const circle = follow(name, []);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

function repeated(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}

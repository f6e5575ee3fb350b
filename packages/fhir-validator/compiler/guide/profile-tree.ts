/**
 * Converts a snapshot's flat list of elements to the tree that its ids describe, with the slices of
 * an element in a list of their own.
 */
import type { ElementDefinition } from '../definitions.ts';

export interface ProfileNode {
  /** Replaced, never modified: nodes of several trees share it. */
  definition: ElementDefinition;
  /** Last step of the path, as published: `value[x]`. */
  readonly name: string;
  /** Name of the slice as in the id: `NPI`, or `NPI/first` for a slice of that slice. */
  readonly slice?: string;
  readonly elements: ProfileNode[];
  readonly slices: ProfileNode[];
  /** The node of the base's tree that this node was copied from. */
  readonly base?: ProfileNode;
}

/** One step of an element's id. `identifier:NPI` has a name and a slice. */
export interface Step {
  readonly name: string;
  readonly slice?: string;
}

/** The steps below the root, from the element's id. */
export function stepsOf({ id, path }: ElementDefinition): Step[] {
  return (id ?? path).split('.').map((each): Step => {
    const at = each.indexOf(':');
    return at < 0 ? { name: each } : { name: each.slice(0, at), slice: each.slice(at + 1) };
  });
}

/**
 * Gives elements without an id the one that follows from their order: what comes after a slice and has
 * a longer path is of that slice.
 */
export function identified(elements: readonly ElementDefinition[]): readonly ElementDefinition[] {
  if (elements.every(({ id }) => id !== undefined)) return elements;
  const above: { path: string; id: string }[] = [];
  return elements.map((each) => {
    const { path, sliceName } = each;
    while (above.length > 0 && !path.startsWith(`${above.at(-1)?.path}.`)) above.pop();
    const parent = above.at(-1);
    const place = parent === undefined ? path : parent.id + path.slice(parent.path.length);
    const id = each.id ?? (sliceName === undefined ? place : `${place}:${sliceName}`);
    above.push({ path, id });
    return { ...each, id };
  });
}

/** The tree of a snapshot. Elements without a parent are left out. */
export function treeOf(elements: readonly ElementDefinition[]): ProfileNode | undefined {
  const [first, ...rest] = identified(elements);
  if (!first) return undefined;
  const root: ProfileNode = nodeOf(first, first.path);
  for (const definition of rest) {
    const steps = stepsOf(definition);
    const last = steps.at(-1);
    const parent = steps.slice(1, -1).reduce<ProfileNode | undefined>(found, root);
    if (!parent || !last) continue;
    insert(parent, last, definition);
  }
  return root;
}

function insert(parent: ProfileNode, { name, slice }: Step, definition: ElementDefinition): void {
  if (slice === undefined) {
    parent.elements.push(nodeOf(definition, name));
    return;
  }
  const sliced = found(parent, { name });
  const owner = sliced && sliceOwner(sliced, slice);
  owner?.slices.push(nodeOf(definition, name, slice));
}

export function nodeOf(definition: ElementDefinition, name: string, slice?: string): ProfileNode {
  return { definition, name, ...(slice === undefined ? {} : { slice }), elements: [], slices: [] };
}

/** The child for a step, if there is one. */
export function found(parent: ProfileNode | undefined, step: Step): ProfileNode | undefined {
  const child = parent?.elements.find((each) => each.name === step.name);
  return step.slice === undefined ? child : child && sliceNamed(child, step.slice);
}

export function sliceNamed(sliced: ProfileNode, slice: string): ProfileNode | undefined {
  return sliceOwner(sliced, slice)?.slices.find((each) => each.slice === slice);
}

/** The slice that has this slice: `A/B` is a slice of the slice `A`. */
function sliceOwner(sliced: ProfileNode, slice: string): ProfileNode | undefined {
  const at = slice.lastIndexOf('/');
  return at < 0 ? sliced : sliceNamed(sliced, slice.slice(0, at));
}

/** A copy that can be modified without changing the original. */
export function copyOf(node: ProfileNode): ProfileNode {
  return {
    ...node,
    base: node,
    elements: node.elements.map(copyOf),
    slices: node.slices.map(copyOf),
  };
}

/** The element's value of `fixed[x]`, `pattern[x]`, `minValue[x]` or `maxValue[x]`. */
export function constantOf(
  definition: ElementDefinition,
  prefix: 'fixed' | 'pattern' | 'minValue' | 'maxValue',
): { key: string; value: unknown } | undefined {
  const entry = Object.entries(definition).find(([key]) => key.startsWith(prefix));
  return entry && { key: entry[0], value: entry[1] };
}

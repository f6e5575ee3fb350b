/** A snapshot's flat list of elements as the tree that its ids describe, slices beside elements. */
import type { ElementDefinition, StructureDefinition } from './definitions.ts';

export interface ProfileNode {
  readonly definition: ElementDefinition;
  /** FHIRPath name: `value` for `value[x]`. */
  readonly name: string;
  /** Path without slices, as the invariants' compiler knows it. */
  readonly path: string;
  readonly elements: ProfileNode[];
  readonly slices: ProfileNode[];
}

/** Root of the tree, or undefined without a snapshot. Slices of slices are left out. */
export function profileTree(structure: StructureDefinition): ProfileNode | undefined {
  const nodes = new Map<string, ProfileNode>();
  for (const definition of structure.snapshot?.element ?? []) {
    const id = definition.id ?? definition.path;
    const last = id.slice(id.lastIndexOf('.') + 1);
    const [name = '', slice] = last.split(':', 2);
    const node: ProfileNode = {
      definition,
      name: name.replace('[x]', ''),
      path: definition.path,
      elements: [],
      slices: [],
    };
    if (slice?.includes('/')) continue;
    const parentId = id.slice(0, Math.max(0, id.length - last.length - 1));
    if (slice === undefined) nodes.get(parentId)?.elements.push(node);
    else nodes.get(parentId === '' ? name : `${parentId}.${name}`)?.slices.push(node);
    if (parentId === '' || nodes.has(parentId)) nodes.set(id, node);
  }
  return nodes.get(structure.type);
}

/** The element's value of `fixed[x]` or `pattern[x]`. */
export function constantOf(
  definition: ElementDefinition,
  prefix: 'fixed' | 'pattern',
): { key: string; value: unknown } | undefined {
  const entry = Object.entries(definition).find(([key]) => key.startsWith(prefix));
  return entry && { key: entry[0], value: entry[1] };
}

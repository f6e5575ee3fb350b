/** Applies an element of a differential to the element that it constrains. */
import type { ElementDefinition } from '../definitions.ts';

type Members = Record<string, unknown>;

/** Lists that a differential adds to. Any other member replaces that of the base. */
const ADDED = ['constraint', 'condition', 'alias', 'example', 'mapping', 'extension'] as const;
/** Choices that a definition has at most once: a new one replaces any other type of it. */
const CHOICES = ['fixed', 'pattern', 'minValue', 'maxValue', 'defaultValue'];

export function mergedDefinition(
  base: ElementDefinition,
  differential: ElementDefinition,
): ElementDefinition {
  const merged: Members = { ...base };
  for (const [key, value] of Object.entries(differential)) {
    // Not merged: the tree determines the place, and the base determines its own cardinality.
    if (key === 'id' || key === 'path' || key === 'base') continue;
    for (const choice of CHOICES) {
      if (key.startsWith(choice)) removeChoice(merged, choice);
    }
    merged[key] = isAdded(key) ? added(merged[key], value, key) : value;
  }
  // A differential may change only the strength of a binding.
  if (differential.binding && base.binding?.valueSet !== undefined) {
    merged['binding'] = { valueSet: base.binding.valueSet, ...differential.binding };
  }
  return merged as unknown as ElementDefinition;
}

/**
 * A new slice starts with the constraints of its element, but it is optional and not sliced itself.
 */
export function sliceDefinition(sliced: ElementDefinition, name: string): ElementDefinition {
  const { slicing: _, ...rest } = sliced;
  return { ...rest, sliceName: name, min: 0 };
}

/** Adds the constraints of an extension's definition to the slice that names the extension. */
export function withConstraints(
  definition: ElementDefinition,
  constraints: ElementDefinition['constraint'],
): ElementDefinition {
  return mergedDefinition(definition, { path: definition.path, constraint: constraints ?? [] });
}

function removeChoice(members: Members, choice: string): void {
  for (const key of Object.keys(members)) if (key.startsWith(choice)) delete members[key];
}

function isAdded(key: string): boolean {
  return ADDED.some((each) => each === key);
}

function added(before: unknown, more: unknown, key: string): unknown[] {
  const [first, second] = [before, more].map((each) => (Array.isArray(each) ? each : []));
  const list: unknown[] = first ?? [];
  const keyOf = (each: unknown) =>
    key === 'constraint' ? (each as { key?: string }).key : JSON.stringify(each);
  const known = new Set(list.map(keyOf));
  return [...list, ...(second ?? []).filter((each) => !known.has(keyOf(each)))];
}

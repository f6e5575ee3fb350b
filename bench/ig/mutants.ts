/**
 * Mutants of an example that each break one constraint of its profile. They are made from the
 * profile's tree and the JSON, without the compiled code.
 */
import type { ProfileNode } from '../../packages/fhir-validator/compiler/guide/profile-tree.ts';
import { constantOf } from '../../packages/fhir-validator/compiler/guide/profile-tree.ts';
import { breaksInvariant, invariantEdits } from './invariant-mutants.ts';
import { at, brokenCopy, inSlice, isObject, type Json, jsonKey } from './json.ts';

export interface Mutant {
  /** `min`, `fixed`, `us-core-6`, … */
  readonly kind: string;
  /** Element id in the profile. */
  readonly at: string;
  /** Expression at which it must be rejected. */
  readonly expected: string;
  readonly resource: Json;
}

/** Facts that only the loaded definitions have. */
export interface Knowledge {
  /** Types that the base specification allows at a path. */
  readonly typesAt: (path: string) => readonly string[];
  /** Whether the codes of a value set are known. */
  readonly isDecided: (valueSet: string) => boolean;
  /** Whether a constraint is one of the base specification. */
  readonly isBase: (key: string) => boolean;
  /** Called before a mutant is made: there may be enough of its kind. */
  readonly isWanted: (kind: string, at: string) => boolean;
}

interface Visit extends Knowledge {
  readonly root: Json;
  /** JSON path to the object that `node` describes. */
  readonly path: readonly (string | number)[];
  readonly expression: string;
  readonly id: string;
  /** Whether an edited item is still in the slices that it was in. */
  readonly isKept: (edited: Json) => boolean;
}

export function mutantsOf(example: Json, tree: ProfileNode, knowledge: Knowledge): Mutant[] {
  const type = String(example['resourceType']);
  const visit: Visit = {
    root: example,
    path: [],
    expression: type,
    id: type,
    isKept: () => true,
    ...knowledge,
  };
  return mutants(tree, visit);
}

function mutants(node: ProfileNode, visit: Visit): Mutant[] {
  const value = at(visit.root, visit.path);
  const found: Mutant[] = [...constants(node, visit, value), ...coded(node, visit, value)];
  found.push(...invariants(node, visit));
  if (isObject(value)) {
    for (const child of node.elements) found.push(...ofElement(child, visit, value));
  }
  return found;
}

function ofElement(node: ProfileNode, visit: Visit, parent: Json): Mutant[] {
  const key = jsonKey(node.name, parent);
  const id = `${visit.id}.${node.name}`;
  const { min = 0, max = '*' } = node.definition;
  const value = key === undefined ? undefined : parent[key];
  const found: Mutant[] = [];
  const edit = (kind: string, change: (parent: Json) => void, where = visit.expression) => {
    if (!visit.isWanted(kind, id)) return;
    const resource = edited(visit, change);
    if (resource) found.push({ kind, at: id, expected: where, resource });
  };
  if (key === undefined) {
    if (max === '0' && !node.name.endsWith('[x]')) {
      edit('prohibited', (to) => {
        to[node.name] = [{ id: 'a' }];
      });
    }
    return found;
  }
  if (value === undefined) return found;
  if (min > 0)
    edit('min', (to) => {
      delete to[key];
      delete to[`_${key}`];
    });
  const items = Array.isArray(value) ? value : [value];
  if (Array.isArray(value) && max !== '*' && Number(max) < 20) {
    edit('max', (to) => {
      to[key] = Array(Number(max) + 1).fill(value[0]);
    });
  }
  for (const slice of node.slices) found.push(...ofSlice(slice, node, key, value, visit, id));
  if (node.name.endsWith('[x]')) found.push(...narrowed(node, key, visit, id));
  for (const [i, item] of items.entries()) {
    const step = Array.isArray(value) ? `.${key}[${i}]` : `.${stepOf(node, key)}`;
    const path = Array.isArray(value) ? [...visit.path, key, i] : [...visit.path, key];
    const inner = { ...visit, path, expression: visit.expression + step, id };
    found.push(...mutants(node, inner));
    for (const slice of node.slices) {
      if (!inSlice(item, slice, node, key)) continue;
      const isKept = (root: Json) =>
        visit.isKept(root) && inSlice(at(root, path), slice, node, key) === true;
      found.push(...mutants(slice, { ...inner, id: `${id}:${slice.slice}`, isKept }));
    }
  }
  return found;
}

function ofSlice(
  slice: ProfileNode,
  node: ProfileNode,
  key: string,
  value: unknown,
  visit: Visit,
  id: string,
): Mutant[] {
  if (!Array.isArray(value)) return [];
  const members = value.filter((each) => inSlice(each, slice, node, key));
  const { min = 0, max = '*' } = slice.definition;
  const found: Mutant[] = [];
  const change = (kind: string, items: unknown[]) => {
    if (!visit.isWanted(kind, `${id}:${slice.slice}`)) return;
    const resource = edited(visit, (to) => {
      if (items.length > 0) to[key] = items;
      else delete to[key];
    });
    const expected = visit.expression;
    if (resource) found.push({ kind, at: `${id}:${slice.slice}`, expected, resource });
  };
  const [first] = members;
  if (first === undefined) return [];
  if (min > 0)
    change(
      'slice min',
      value.filter((each) => !members.includes(each)),
    );
  if (max !== '*' && Number(max) > 0) {
    change('slice max', [...value, ...Array(Number(max) + 1 - members.length).fill(first)]);
  }
  return found;
}

/** Replaces the value by another type than those that the choice allows. */
function narrowed(node: ProfileNode, key: string, visit: Visit, id: string): Mutant[] {
  const codes = (node.definition.type ?? []).map(({ code }) => code);
  const stem = node.name.slice(0, -3);
  const allowed = visit.typesAt(id.replaceAll(/:[^.]*/g, ''));
  const other = ['string', 'boolean', 'dateTime', 'Period'].find(
    (each) => !codes.includes(each) && allowed.includes(each),
  );
  if (other === undefined || !visit.isWanted('type', id)) return [];
  const name = stem + other.charAt(0).toUpperCase() + other.slice(1);
  const values: Record<string, unknown> = {
    string: 'a',
    boolean: true,
    dateTime: '2024-01-01T00:00:00Z',
    Period: { start: '2024-01-01' },
  };
  const resource = edited(visit, (to) => {
    delete to[key];
    to[name] = values[other];
  });
  const expected = `${visit.expression}.${stem}.ofType(${other})`;
  return resource ? [{ kind: 'type', at: id, expected, resource }] : [];
}

function constants(node: ProfileNode, visit: Visit, value: unknown): Mutant[] {
  if (visit.path.length === 0) return [];
  return (['fixed', 'pattern'] as const).flatMap((kind) => {
    const constant = constantOf(node.definition, kind);
    if (!constant || value === undefined) return [];
    const broken = brokenCopy(value, constant.value);
    if (broken === undefined || !visit.isWanted(kind, visit.id)) return [];
    const resource = replaced(visit, broken);
    return resource ? [{ kind, at: visit.id, expected: visit.expression, resource }] : [];
  });
}

/** A code that is in no value set, and a reference to a type that hardly any element allows. */
function coded({ definition }: ProfileNode, visit: Visit, value: unknown): Mutant[] {
  const { binding, type = [] } = definition;
  const [first, ...others] = type;
  if (!first || others.length > 0 || visit.path.length === 0 || value === undefined) return [];
  const put = (kind: string, wrong: unknown): Mutant[] => {
    if (!visit.isWanted(kind, visit.id)) return [];
    const resource = replaced(visit, wrong);
    return resource ? [{ kind, at: visit.id, expected: visit.expression, resource }] : [];
  };
  const coding = { system: 'http://example.org/none', code: 'none' };
  const wrong: Record<string, unknown> = {
    code: 'none',
    Coding: coding,
    CodeableConcept: { coding: [coding] },
  };
  const isBound = binding?.strength === 'required' && visit.isDecided(binding.valueSet ?? '');
  if (isBound && wrong[first.code] !== undefined) return put('binding', wrong[first.code]);
  const targets = first.code === 'Reference' ? (first.targetProfile ?? []) : [];
  const isOpen = targets.length === 0 || targets.some((each) => /\/(Resource|Basic)$/.test(each));
  return isOpen ? [] : put('target', { reference: 'Basic/a' });
}

function invariants(node: ProfileNode, visit: Visit): Mutant[] {
  const found: Mutant[] = [];
  for (const constraint of node.definition.constraint ?? []) {
    if (constraint.severity !== 'error' || visit.isBase(constraint.key)) continue;
    if (!visit.isWanted(constraint.key, visit.id)) continue;
    for (const change of invariantEdits(constraint.expression ?? '')) {
      const copy = structuredClone(visit.root);
      const target = at(copy, visit.path);
      if (!isObject(target) || !change(target) || !visit.isKept(copy)) continue;
      if (!breaksInvariant(constraint.expression ?? '', copy, visit.path, target)) continue;
      const { expression: expected, id } = visit;
      found.push({ kind: constraint.key, at: id, expected, resource: copy });
      break;
    }
  }
  return found;
}

function edited(visit: Visit, change: (parent: Json) => void): Json | undefined {
  const root = structuredClone(visit.root);
  const parent = at(root, visit.path);
  if (!isObject(parent)) return undefined;
  change(parent);
  return visit.isKept(root) ? root : undefined;
}

function replaced(visit: Visit, value: unknown): Json | undefined {
  const root = structuredClone(visit.root);
  const parent = at(root, visit.path.slice(0, -1)) as Record<string | number, unknown>;
  const last = visit.path.at(-1);
  if (last === undefined) return undefined;
  parent[last] = value;
  return visit.isKept(root) ? root : undefined;
}

function stepOf(node: ProfileNode, key: string): string {
  if (!node.name.endsWith('[x]')) return key;
  const stem = node.name.slice(0, -3);
  const suffix = key.slice(stem.length);
  const type = (node.definition.type ?? []).find(
    ({ code }) => code.toLowerCase() === suffix.toLowerCase(),
  );
  return `${stem}.ofType(${type?.code ?? suffix})`;
}

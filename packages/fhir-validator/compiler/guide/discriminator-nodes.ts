/** The constraints that a profile has at the paths of discriminators. */
import { jsonName, type TypeUse } from '../type-model.ts';
import type { PathStep } from './discriminator-path.ts';
import { isOneOf, type Place } from './place.ts';
import { baseTypeOf, type ProfileContext, q } from './profile-context.ts';
import { constantOf, found, type ProfileNode } from './profile-tree.ts';

export type Kind = 'value' | 'pattern' | 'type' | 'profile' | 'exists';

/**
 * A value on the path: its JavaScript expression, the node that constrains it, and the part of an
 * enclosing constant that applies to it.
 */
export interface At {
  readonly code: string;
  readonly types: readonly string[];
  readonly node: ProfileNode | undefined;
  readonly part: { readonly value: unknown } | undefined;
  readonly depth: number;
  /** The value set of the base type's required binding. It distinguishes no slices. */
  readonly baseSet?: string | undefined;
}

/** The type of a choice can be read from its JSON name. */
export function ofChoice(
  kind: Kind,
  slice: ProfileNode,
  places: readonly Place[],
): string | undefined {
  const [element] = places.flatMap((each) => each.element ?? []);
  if (kind !== 'type' || !element?.isChoice) return undefined;
  const codes = (slice.definition.type ?? []).map(({ code }) => code);
  const own = places.filter(({ use }) => use && codes.includes(use.code));
  return own.length > 0 ? isOneOf(own, element) : undefined;
}

/**
 * A required value set at a discriminator that would identify the slice if its codes were loaded,
 * and why they are not.
 */
export function openSetAt(
  slice: ProfileNode,
  steps: readonly PathStep[],
  context: ProfileContext,
): string | undefined {
  let node: ProfileNode | undefined = slice;
  for (const step of steps) {
    node =
      step.kind === 'member'
        ? (childOf(node, step.name, context) ?? childOf(node, `${step.name}[x]`, context))
        : undefined;
  }
  return node && openSetOf(node, context);
}

function openSetOf(node: ProfileNode, context: ProfileContext): string | undefined {
  const { strength, valueSet } = node.definition.binding ?? {};
  const isRequired = strength === 'required' && valueSet !== undefined;
  if (isRequired && context.codeSets.nameOf(valueSet) === undefined) {
    return `${valueSet}: ${context.codeSets.whyUndecided(valueSet)}`;
  }
  for (const each of node.elements) {
    const set = openSetOf(each, context);
    if (set !== undefined) return set;
  }
  return undefined;
}

/** A test of an extension's url. It is the url of its definition, whether that is loaded or not. */
export function extensionUrl(
  steps: readonly PathStep[],
  { definition, elements, slice }: ProfileNode,
): string | undefined {
  const [step, ...more] = steps;
  const [type] = definition.type ?? [];
  const [profile] = type?.code === 'Extension' ? (type.profile ?? []) : [];
  const isUrl = step?.kind === 'member' && step.name === 'url' && more.length === 0;
  if (!isUrl || type?.code !== 'Extension') return undefined;
  const own = elements.find(({ name }) => name === 'url');
  const fixed = own && constantOf(own.definition, 'fixed')?.value;
  // A nested extension without a url has its name as the url.
  return `n?.url===${q(profile?.split('|')[0] ?? String(fixed ?? slice ?? ''))}`;
}

export function existence(
  code: string,
  uses: readonly TypeUse[],
  name: string,
  isChoice: boolean,
  node: ProfileNode | undefined,
): string | undefined {
  const keys = isChoice
    ? uses.map((use) => jsonName({ name, isChoice } as Parameters<typeof jsonName>[0], use))
    : [name];
  const there = keys.map((key) => isThere(code, key)).join('||');
  if (node?.definition.max === '0') return `!(${there})`;
  return (node?.definition.min ?? 0) > 0 ? there : undefined;
}

/** A test whether there is a member, or only its `_` sibling. */
export function isThere(code: string, key: string): string {
  return `${code}?.${key}!==undefined||${code}?._${key}!==undefined`;
}

export function hasConstant({ definition, elements }: ProfileNode): boolean {
  const own = constantOf(definition, 'pattern') ?? constantOf(definition, 'fixed');
  return own !== undefined || elements.some(hasConstant);
}

/** The element with that name, from the node, or from the profile that the node's type names. */
export function childOf(
  node: ProfileNode | undefined,
  name: string,
  context: ProfileContext,
): ProfileNode | undefined {
  const child = found(node, { name });
  if (child || !node) return child;
  const [profile] = node.definition.type?.flatMap((each) => each.profile ?? []) ?? [];
  const tree = profile === undefined ? undefined : context.treeOf(profile);
  // If the item itself is sliced, one of its slices has the element.
  const inSlice = node.slices.flatMap((each) => found(each, { name }) ?? []);
  return found(tree, { name }) ?? inSlice[0];
}

export function partOf({ definition }: ProfileNode): { value: unknown } | undefined {
  const constant = constantOf(definition, 'pattern') ?? constantOf(definition, 'fixed');
  return constant && { value: constant.value };
}

/** The part of a constant that applies to a member of its value. */
export function partAt(value: unknown, name: string): { value: unknown } | undefined {
  const holder: unknown = Array.isArray(value) ? value[0] : value;
  if (typeof holder !== 'object' || holder === null) return undefined;
  const part: unknown = (holder as Record<string, unknown>)[name];
  return part === undefined ? undefined : { value: Array.isArray(part) ? part[0] : part };
}

/** A test of the resource's type. No other constraint of a resource can be tested here. */
export function ofTypes(
  code: string,
  types: readonly string[],
  node: ProfileNode | undefined,
  { model }: ProfileContext,
): string | undefined {
  const wanted = (node?.definition.type ?? []).map((each) => each.code);
  const isResource = types.some((each) => model.get(each)?.kind === 'resource');
  if (!isResource || wanted.length === 0) return undefined;
  return wanted.map((each) => `${code}?.resourceType===${q(each)}`).join('||');
}

/**
 * A test whether the value conforms to one of the profiles. For a base type, only the type is
 * tested.
 */
export function keeps(
  code: string,
  urls: readonly string[],
  context: ProfileContext,
): string | undefined {
  const tests = urls.map((url) => {
    const type = baseTypeOf(url, context.model);
    if (type !== undefined) return `${code}?.resourceType===${q(type)}`;
    const ref = context.profile(url);
    if (!ref) return undefined;
    const ofType = `${code}?.resourceType===${q(ref.structure.type)}`;
    const isResource = ref.structure.kind === 'resource';
    return `${isResource ? `${ofType}&&` : ''}conforms(${code},r,${ref.name})`;
  });
  if (tests.length === 0 || tests.includes(undefined)) return undefined;
  return tests.join('||');
}

export function isSameSet(canonical: string, other: string | undefined): boolean {
  return canonical.split('|', 1)[0] === other?.split('|', 1)[0];
}

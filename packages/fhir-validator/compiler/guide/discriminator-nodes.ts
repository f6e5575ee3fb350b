/** The constraints of a profile's nodes at the paths of discriminators. */
import { jsonName, type TypeUse } from '../type-model.ts';
import type { PathStep } from './discriminator-path.ts';
import { isOneOf, type Place } from './place.ts';
import { type ProfileContext, q } from './profile-context.ts';
import { constantOf, found, type ProfileNode } from './profile-tree.ts';

export type Kind = 'value' | 'pattern' | 'type' | 'profile' | 'exists';

/** The type of a choice is in its JSON name. */
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

/** A value set that would identify the slice, if its codes were known. */
export function openSetOf(node: ProfileNode, context: ProfileContext): string | undefined {
  const { strength, valueSet } = node.definition.binding ?? {};
  if (strength === 'required' && valueSet !== undefined) {
    return `${valueSet}: ${context.codeSets.whyUndecided(valueSet)}`;
  }
  for (const each of node.elements) {
    const set = openSetOf(each, context);
    if (set !== undefined) return set;
  }
  return undefined;
}

/** An extension is identified by its url, which is that of its definition, loaded or not. */
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
  // A part of an extension without a url uses its name as the url.
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
  const there = keys
    .flatMap((key) => [`${code}?.${key}!==undefined`, `${code}?._${key}!==undefined`])
    .join('||');
  if (node?.definition.max === '0') return `!(${there})`;
  return (node?.definition.min ?? 0) > 0 ? there : undefined;
}

export function hasConstant({ definition, elements }: ProfileNode): boolean {
  const own = constantOf(definition, 'pattern') ?? constantOf(definition, 'fixed');
  return own !== undefined || elements.some(hasConstant);
}

/** The element of that name: of the node, else of the profile that its type names. */
export function childOf(
  node: ProfileNode | undefined,
  name: string,
  context: ProfileContext,
): ProfileNode | undefined {
  const child = found(node, { name });
  if (child || !node) return child;
  const [profile] = node.definition.type?.flatMap((each) => each.profile ?? []) ?? [];
  const tree = profile === undefined ? undefined : context.treeOf(profile);
  // Where the item itself is sliced, one of its slices has the element.
  const inSlice = node.slices.flatMap((each) => found(each, { name }) ?? []);
  return found(tree, { name }) ?? inSlice[0];
}

export function partOf({ definition }: ProfileNode): { value: unknown } | undefined {
  const constant = constantOf(definition, 'pattern') ?? constantOf(definition, 'fixed');
  return constant && { value: constant.value };
}

/** What a constant of the value above says of one of its members. */
export function partAt(value: unknown, name: string): { value: unknown } | undefined {
  const holder: unknown = Array.isArray(value) ? value[0] : value;
  if (typeof holder !== 'object' || holder === null) return undefined;
  const part: unknown = (holder as Record<string, unknown>)[name];
  return part === undefined ? undefined : { value: Array.isArray(part) ? part[0] : part };
}

/** The type of a resource, which is all that a value can be asked for here. */
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

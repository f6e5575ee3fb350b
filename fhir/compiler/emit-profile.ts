/** A profile as the source of a Profile (fhir/runtime/profile-rules.ts): what differs from its base. */
import type { CodeSets } from './code-sets.ts';
import type { ElementDefinition, StructureDefinition } from './definitions.ts';
import type { Invariants } from './invariants.ts';
import { emitMatchers } from './profile-slicing.ts';
import { constantOf, type ProfileNode, profileTree } from './profile-tree.ts';
import { constraintsOf, type ElementModel, type TypeModel } from './type-model.ts';

export interface ProfileContext {
  readonly model: TypeModel;
  readonly codeSets: CodeSets;
  readonly invariants: Invariants;
  /** Type that a profile constrains, by url: of those that are compiled. */
  readonly typeOf: ReadonlyMap<string, string>;
  /** What is not supported, for the person who compiles. */
  readonly notes: string[];
}

/** Entry for a Map by url, or undefined for what has no snapshot. */
export function emitProfile(
  structure: StructureDefinition,
  context: ProfileContext,
): string | undefined {
  const root = profileTree(structure);
  if (!root) {
    context.notes.push(`${structure.url} has no snapshot`);
    return undefined;
  }
  const content = contentOf(root, context).join(',');
  const version = structure.version === undefined ? '' : `version:${q(structure.version)},`;
  const url = q(structure.url);
  return `[${url},{url:${url},${version}type:${q(structure.type)},content:{${content}}}]`;
}

/** Members of Content, none where the profile says nothing. */
function contentOf(node: ProfileNode, context: ProfileContext): string[] {
  const { definition } = node;
  const members: string[] = [];
  for (const kind of ['fixed', 'pattern'] as const) {
    const constant = constantOf(definition, kind);
    if (constant) members.push(`${kind}:${JSON.stringify(constant.value)}`);
  }
  members.push(...bindingOf(node, context), ...typesOf(definition, context));
  const check = invariantsOf(node, context);
  if (check !== '') members.push(`check:(n,r,x)=>{${check}}`);
  const elements = node.elements.flatMap((each) => elementOf(each, context));
  if (elements.length > 0) members.push(`elements:[${elements.join(',\n')}]`);
  return members;
}

function elementOf(node: ProfileNode, context: ProfileContext): string[] {
  const { definition, name } = node;
  const base = definition.base ?? { min: 0, max: '*' };
  const isChoice = definition.path.endsWith('[x]');
  const members = [
    ...((definition.min ?? 0) > base.min ? [`min:${definition.min}`] : []),
    ...(definition.max !== undefined && limit(definition.max) < limit(base.max)
      ? [`max:${definition.max}`]
      : []),
    ...(isChoice ? choiceTypes(node, context) : []),
    ...contentOf(node, context),
    ...slicingOf(node, context),
  ];
  if (members.length === 0) return [];
  return [`{name:${q(name)},${isChoice ? 'isChoice:true,' : ''}${members.join(',')}}`];
}

/** The types that are left of a choice, if fewer than the base has. */
function choiceTypes(node: ProfileNode, context: ProfileContext): string[] {
  const types = (node.definition.type ?? []).map(({ code }) => code);
  const base = baseElementOf(node, context);
  if (!base || types.length === 0 || types.length >= base.types.length) return [];
  const names = types.map((code) => code.charAt(0).toUpperCase() + code.slice(1));
  return [`types:${q(`|${names.join('|')}|`)}`];
}

function slicingOf(node: ProfileNode, context: ProfileContext): string[] {
  if (node.slices.length === 0) return [];
  const slices: string[] = [];
  for (const slice of node.slices) {
    const matchers = emitMatchers(node, slice, context.codeSets);
    if (!matchers) {
      context.notes.push(`slice ${slice.definition.id} has no discriminator that is supported`);
      continue;
    }
    const { min, max, sliceName } = slice.definition;
    const members = [
      `slice:${q(sliceName ?? '')}`,
      ...(min ? [`min:${min}`] : []),
      ...(max === undefined || max === '*' ? [] : [`max:${max}`]),
      `match:[${matchers.join(',')}]`,
      ...contentOf(slice, context),
    ];
    slices.push(`{${members.join(',')}}`);
  }
  const isClosed =
    node.definition.slicing?.rules === 'closed' && slices.length === node.slices.length;
  return [`slicing:{${isClosed ? 'isClosed:true,' : ''}slices:[${slices.join(',\n')}]}`];
}

/** A required binding; or one that only a terminology server decides, if the base has it not. */
function bindingOf(node: ProfileNode, context: ProfileContext): string[] {
  const { strength, valueSet } = node.definition.binding ?? {};
  if (!valueSet || (strength !== 'required' && strength !== 'extensible')) return [];
  const set = context.codeSets.nameOf(valueSet);
  if (set !== undefined) return strength === 'required' ? [`set:${set}`] : [];
  if (strength === 'required') context.notes.push(`value set ${valueSet} is not decided`);
  const base = baseElementOf(node, context)?.binding;
  if (base?.strength === strength && urlOf(base.valueSet) === urlOf(valueSet)) return [];
  return [`open:{set:${context.codeSets.openNameOf(valueSet)},strength:${q(strength)}}`];
}

/** The element of the base type that the node constrains. */
function baseElementOf(node: ProfileNode, context: ProfileContext): ElementModel | undefined {
  const parent = context.model.get(node.path.slice(0, Math.max(0, node.path.lastIndexOf('.'))));
  return parent?.elements.find((each) => each.path === node.path);
}

function urlOf(canonical: string): string {
  return canonical.split('|')[0] ?? canonical;
}

/** Profiles of data types, and the types that references may lead to. */
function typesOf(definition: ElementDefinition, context: ProfileContext): string[] {
  const [type, ...others] = definition.type ?? [];
  if (!type || others.length > 0 || type.code === 'Extension') return [];
  const members: string[] = [];
  const targets = type.targetProfile ?? [];
  if (type.code === 'Reference' && targets.length > 0) {
    const types = targets.map((each) => context.typeOf.get(each) ?? each.split('/').at(-1) ?? each);
    const isKnown = types.every((each) => context.model.get(each)?.kind === 'resource');
    if (isKnown && !types.includes('Resource'))
      members.push(`targets:${q(`|${types.join('|')}|`)}`);
  }
  const profiles = (type.profile ?? []).filter((each) => context.typeOf.has(each));
  if (profiles.length > 0) members.push(`profiles:${JSON.stringify(profiles)}`);
  return members;
}

/** Constraints that the base element and its types do not have. */
function invariantsOf(node: ProfileNode, context: ProfileContext): string {
  const known = new Set<string>();
  const own = context.model.get(node.path);
  for (const each of own?.constraints ?? []) known.add(each.key);
  const element = baseElementOf(node, context);
  for (const each of element?.constraints ?? []) known.add(each.key);
  const types = (node.definition.type ?? []).map(({ code }) => code);
  for (const code of types) {
    for (const each of context.model.get(code)?.constraints ?? []) known.add(each.key);
  }
  const added = constraintsOf(node.definition).filter((each) => !known.has(each.key));
  const [type] = types;
  // In a data type the path is not the model's: the type alone says what the context is.
  const isBackbone = own !== undefined && own.name === node.path;
  return context.invariants.emit(added, node.path, isBackbone || !type ? undefined : type);
}

function limit(max: string): number {
  return max === '*' ? Number.POSITIVE_INFINITY : Number(max);
}

function q(text: string): string {
  return JSON.stringify(text);
}

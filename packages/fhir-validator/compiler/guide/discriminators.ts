/**
 * Emits the test whether an item is in a slice, as JavaScript. It uses `n` (the item), `x` (its
 * sibling), `k` (for a choice, the JSON name) and `r` (the report). Discriminators are by value,
 * pattern, type, profile and existence: https://hl7.org/fhir/R4/profiling.html#discriminator
 */
import { jsonName } from '../type-model.ts';
import { fixedTest, patternTest } from './constants.ts';
import {
  type At,
  childOf,
  existence,
  extensionUrl,
  hasConstant,
  isSameSet,
  isThere,
  type Kind,
  keeps,
  ofChoice,
  ofTypes,
  openSetAt,
  partAt,
  partOf,
} from './discriminator-nodes.ts';
import { type PathStep, parseDiscriminator } from './discriminator-path.ts';
import { onlyResourceType, type Place } from './place.ts';
import { baseTypeOf, type ProfileContext, q } from './profile-context.ts';
import { constantOf, type ProfileNode } from './profile-tree.ts';

export type Test = { readonly code: string } | { readonly why: string; readonly isOpen?: true };

/** A choice is sliced by type. Some guides leave that out. */
function discriminatorsOf({ name, definition }: ProfileNode) {
  const isChoice = name.endsWith('[x]') && definition.slicing === undefined;
  return isChoice ? [{ type: 'type' as const, path: '$this' }] : [];
}

export function discriminatorTest(
  sliced: ProfileNode,
  slice: ProfileNode,
  places: readonly Place[],
  context: ProfileContext,
): Test {
  const discriminators = sliced.definition.slicing?.discriminator ?? discriminatorsOf(sliced);
  if (discriminators.length === 0) return { why: 'its element has no discriminators' };
  const tests: string[] = [];
  let open: string | undefined;
  let why = 'the slice has no constraint at its discriminators';
  for (const { type, path } of discriminators) {
    const steps = parseDiscriminator(path);
    if (!steps) return { why: `the discriminator ${path} is not supported` };
    const code = steps.length === 0 ? ofChoice(type, slice, places) : extensionUrl(steps, slice);
    const types = places.map((place) => place.type);
    const start: At = { code: 'n', types, node: slice, part: partOf(slice), depth: 0 };
    const test = code ?? walk(start, steps, type, context);
    if (test !== undefined) tests.push(test);
    else why = `the slice does not constrain the ${type} of ${path}`;
    if (test === undefined) open ??= openSetAt(slice, steps, context);
  }
  if (tests.length > 0) return { code: tests.map((each) => `(${each})`).join('&&') };
  return open === undefined ? { why } : { why: `it is identified by ${open}`, isOpen: true };
}

function walk(
  at: At,
  steps: readonly PathStep[],
  kind: Kind,
  context: ProfileContext,
): string | undefined {
  const [step, ...rest] = steps;
  if (!step) return terminal(at, kind, context);
  if (step.kind === 'resolve') return walkResolved(at, rest, kind, context);
  if (step.kind === 'extension') return walkExtension(at, step.url, rest, kind, context);
  if (step.kind === 'type') {
    return walk({ ...at, types: [step.type] }, rest, kind, context);
  }
  const [next] = rest;
  const only = next?.kind === 'type' ? next.type : undefined;
  return walkMember(at, step.name, only, only === undefined ? rest : rest.slice(1), kind, context);
}

/**
 * Continues at the element of that name. If the element repeats, one item that passes is enough.
 */
function walkMember(
  at: At,
  name: string,
  only: string | undefined,
  rest: readonly PathStep[],
  kind: Kind,
  context: ProfileContext,
): string | undefined {
  const types = at.types.map((type) => onlyResourceType(type, at.node) ?? type);
  const elements = types.flatMap(
    (type) => context.model.get(type)?.elements.filter((each) => each.name === name) ?? [],
  );
  const [element] = elements;
  if (!element) return undefined;
  const node = childOf(at.node, element.isChoice ? `${name}[x]` : name, context);
  const codes = (node?.definition.type ?? []).map(({ code }) => code);
  const uses = element.types.filter(({ code }) =>
    only === undefined ? codes.length === 0 || codes.includes(code) : code === only,
  );
  const through = uses.length > 0 ? uses : element.types;
  if (rest.length === 0 && kind === 'exists')
    return existence(at.code, element.types, name, element.isChoice, node);
  if (
    rest.length === 0 &&
    kind === 'type' &&
    element.isChoice &&
    uses.length < element.types.length
  ) {
    return through.map((use) => isThere(at.code, jsonName(element, use))).join('||');
  }
  const part = at.part && partAt(at.part.value, name);
  if (rest.length === 0 && part === undefined && node?.definition.max === '0') {
    return through.map((use) => `!(${isThere(at.code, jsonName(element, use))})`).join('&&');
  }
  const { binding } = element;
  const baseSet = binding?.strength === 'required' ? binding.valueSet : undefined;
  const tests = through.map((use) => {
    const code = `${at.code}?.${jsonName(element, use)}`;
    const item = `d${at.depth}`;
    const below = (value: string): string | undefined =>
      walk(
        { code: value, types: [use.type], node, part, depth: at.depth + 1, baseSet },
        rest,
        kind,
        context,
      );
    if (!element.isArray) return below(code);
    const test = below(item);
    return test === undefined ? undefined : `someItem(${code},(${item})=>${test})`;
  });
  return tests.every((each) => each !== undefined) ? tests.join('||') : undefined;
}

/**
 * Continues at the resource that a reference points to, with the constraints that the target's
 * profile has there.
 */
function walkResolved(
  at: At,
  rest: readonly PathStep[],
  kind: Kind,
  context: ProfileContext,
): string | undefined {
  const targets =
    at.node?.definition.type?.flatMap(({ targetProfile }) => targetProfile ?? []) ?? [];
  if (rest.length === 0 && kind === 'type') {
    const types = targets.map(
      (each) => baseTypeOf(each, context.model) ?? context.profile(each)?.structure.type,
    );
    if (types.length === 0 || types.includes(undefined)) return undefined;
    const list = context.constants.nameOf(q(`|${types.join('|')}|`));
    return `${list}.includes("|"+targetTypeOf(${at.code},r)+"|")`;
  }
  const resolved = `resolved(${at.code},r)`;
  if (rest.length === 0 && kind === 'profile') return keeps(resolved, targets, context);
  const [target, ...others] = targets;
  if (target === undefined || others.length > 0) return undefined;
  const node = context.treeOf(target);
  const types = [
    context.profile(target)?.structure.type ?? baseTypeOf(target, context.model) ?? '',
  ];
  const item = `d${at.depth}`;
  const below = walk(
    { code: item, types, node, part: node && partOf(node), depth: at.depth + 1 },
    rest,
    kind,
    context,
  );
  return below === undefined ? undefined : `((${item})=>${below})(${resolved})`;
}

function walkExtension(
  at: At,
  url: string,
  rest: readonly PathStep[],
  kind: Kind,
  context: ProfileContext,
): string | undefined {
  const slices = childOf(at.node, 'extension', context)?.slices ?? [];
  const slice = slices.find((each) => each.definition.type?.[0]?.profile?.[0] === url);
  const item = `d${at.depth}`;
  const isIt = `${item}?.url===${q(url)}`;
  if (rest.length === 0) {
    const there = `someItem(${at.code}?.extension,(${item})=>${isIt})`;
    if (kind !== 'exists' || !slice) return undefined;
    if (slice.definition.max === '0') return `!${there}`;
    return (slice.definition.min ?? 0) > 0 ? there : undefined;
  }
  const node = slice && slice.elements.length > 0 ? slice : context.treeOf(url);
  const below = walk(
    { code: item, types: ['Extension'], node, part: undefined, depth: at.depth + 1 },
    rest,
    kind,
    context,
  );
  return below === undefined
    ? undefined
    : `someItem(${at.code}?.extension,(${item})=>${isIt}&&(${below}))`;
}

function terminal(at: At, kind: Kind, context: ProfileContext): string | undefined {
  const { node, code } = at;
  if (kind === 'type') return ofTypes(at.code, at.types, node, context);
  if (kind === 'profile') {
    const profiles = node?.definition.type?.flatMap(({ profile }) => profile ?? []) ?? [];
    return keeps(code, profiles, context);
  }
  if (kind === 'exists') return undefined;
  if (at.part) return patternTest(at.part.value, code, at.depth);
  return node && constantsOf(node, at, context);
}

/**
 * A test against the first that exists of: a constant at the value, constants below it, a required
 * binding whose codes are loaded, constraints of the value's own profile.
 */
function constantsOf(node: ProfileNode, at: At, context: ProfileContext): string | undefined {
  const { definition } = node;
  const pattern = constantOf(definition, 'pattern');
  if (pattern) return patternTest(pattern.value, at.code, at.depth);
  const fixed = constantOf(definition, 'fixed');
  if (fixed) return fixedTest(fixed.value, at.code, context.constants);
  const below = node.elements.flatMap((each) => {
    if (!hasConstant(each)) return [];
    const test = walkMember(
      { ...at, node },
      each.name.replace('[x]', ''),
      undefined,
      [],
      'value',
      context,
    );
    return test === undefined ? [] : [`(${test})`];
  });
  if (below.length > 0) return below.join('&&');
  const { strength, valueSet = '' } = definition.binding ?? {};
  const isOwn = strength === 'required' && !isSameSet(valueSet, at.baseSet);
  const set = isOwn ? context.codeSets.nameOf(valueSet) : undefined;
  if (set !== undefined) return `${at.code}!==undefined&&isInSet(${at.code},${set})`;
  const [profile] = definition.type?.flatMap((each) => each.profile ?? []) ?? [];
  if (profile === undefined) return undefined;
  if (at.types.includes('Extension')) return `${at.code}?.url===${q(profile.split('|')[0] ?? '')}`;
  const tree = context.treeOf(profile);
  return tree && tree !== node ? constantsOf(tree, at, context) : undefined;
}

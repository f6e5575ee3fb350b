/** Slicing by value, pattern, type and existence: what an item must have to be in a slice. */
import type { CodeSets } from './code-sets.ts';
import { constantOf, type ProfileNode } from './profile-tree.ts';

/** Sources of the Matchers of one slice, or undefined if a discriminator is not supported. */
export function emitMatchers(
  sliced: ProfileNode,
  slice: ProfileNode,
  codeSets: CodeSets,
): string[] | undefined {
  const matchers: string[] = [];
  for (const { type, path } of sliced.definition.slicing?.discriminator ?? []) {
    const steps = path === '$this' ? [] : path.replace(/^\$this\./, '').split('.');
    if (steps.some((each) => !/^[A-Za-z]+$/.test(each))) return undefined;
    const found =
      type === 'type'
        ? typeMatcher(slice, steps)
        : type === 'exists'
          ? existsMatcher(slice, steps)
          : type === 'profile'
            ? undefined
            : valueMatchers(slice, steps, codeSets);
    if (found === undefined || found.length === 0) return undefined;
    matchers.push(...found);
  }
  return matchers.length > 0 ? matchers : undefined;
}

function typeMatcher(slice: ProfileNode, steps: string[]): string[] | undefined {
  const types = (nodeAt(slice, steps)?.definition.type ?? []).map(
    ({ code }) => code.charAt(0).toUpperCase() + code.slice(1),
  );
  return types.length > 0 ? [matcher(steps, `types:${q(`|${types.join('|')}|`)}`)] : undefined;
}

function existsMatcher(slice: ProfileNode, steps: string[]): string[] | undefined {
  const definition = nodeAt(slice, steps)?.definition;
  if (definition?.max === '0') return [matcher(steps, 'exists:false')];
  return (definition?.min ?? 0) > 0 ? [matcher(steps, 'exists:true')] : undefined;
}

/** The constants at the path or below it; else a required binding; of an extension, its url. */
function valueMatchers(
  slice: ProfileNode,
  steps: string[],
  codeSets: CodeSets,
): string[] | undefined {
  const profile = slice.definition.type?.[0]?.profile?.[0];
  if (steps.length === 1 && steps[0] === 'url' && profile !== undefined) {
    return [matcher(steps, `fixed:${q(profile)}`)];
  }
  const above = constantAbove(slice, steps);
  if (above !== undefined) return [matcher(steps, `pattern:${JSON.stringify(above)}`)];
  const node = nodeAt(slice, steps);
  if (!node) return undefined;
  const constants = constantsBelow(node, steps);
  if (constants.length > 0) return constants;
  const { binding } = node.definition;
  const set =
    binding?.strength === 'required' ? codeSets.nameOf(binding.valueSet ?? '') : undefined;
  return set === undefined ? undefined : [matcher(steps, `set:${set}`)];
}

function constantsBelow(node: ProfileNode, steps: string[]): string[] {
  for (const kind of ['fixed', 'pattern'] as const) {
    const constant = constantOf(node.definition, kind);
    if (constant) return [matcher(steps, `${kind}:${JSON.stringify(constant.value)}`)];
  }
  return node.elements.flatMap((each) => constantsBelow(each, [...steps, each.name]));
}

/** A constant of an element on the way holds what stands at the path as well. */
function constantAbove(slice: ProfileNode, steps: string[]): unknown {
  let node: ProfileNode | undefined = slice;
  for (let i = 0; node && i < steps.length; i++) {
    const constant = constantOf(node.definition, 'pattern') ?? constantOf(node.definition, 'fixed');
    const part = constant && partAt(constant.value, steps.slice(i));
    if (part !== undefined) return part;
    node = childOf(node, steps[i] ?? '');
  }
  return undefined;
}

function partAt(value: unknown, steps: string[]): unknown {
  let part = value;
  for (const step of steps) {
    const holder: unknown = Array.isArray(part) ? part[0] : part;
    if (typeof holder !== 'object' || holder === null) return undefined;
    part = (holder as Record<string, unknown>)[step];
  }
  return part;
}

function nodeAt(slice: ProfileNode, steps: string[]): ProfileNode | undefined {
  let node: ProfileNode | undefined = slice;
  for (const step of steps) node = node && childOf(node, step);
  return node;
}

/** The element of that name, or where the item itself is sliced, the one of a slice. */
function childOf(node: ProfileNode, name: string): ProfileNode | undefined {
  const elements = [node, ...node.slices].flatMap((each) => each.elements);
  return elements.find((each) => each.name === name);
}

function matcher(steps: string[], what: string): string {
  return `{path:${JSON.stringify(steps)},${what}}`;
}

function q(text: string): string {
  return JSON.stringify(text);
}

/**
 * Emits the checks of one element of a profile: its cardinality, the allowed types of a choice, and
 * the constraints on its items. In the generated code, `n` is the object that has the element.
 */
import { type ElementModel, jsonName, type TypeDefinition, type TypeUse } from '../type-model.ts';
import { emitByType } from './emit-by-type.ts';
import { emitSlicing, type Sliced } from './emit-slicing.ts';
import { isOneOf, limit, type Place } from './place.ts';
import { gap, type ProfileContext, q } from './profile-context.ts';
import type { ProfileNode } from './profile-tree.ts';

export function emitElement(
  node: ProfileNode,
  parent: TypeDefinition,
  already: readonly ProfileNode[],
  context: ProfileContext,
): string {
  const name = node.name.replace('[x]', '');
  const element = parent.elements.find((each) => each.name === name);
  if (!element) {
    if (!isPublishedApart(node, parent)) {
      gap(context, `element ${node.definition.id}`, `${parent.name} has no ${name}`);
    }
    return '';
  }
  const uses = usesOf(node, element);
  return element.isChoice
    ? emitChoice(node, element, uses, already, context)
    : emitPlain(node, element, uses, already, context);
}

/**
 * True for an element of a snapshot that cannot occur (max 0), or that JSON represents differently
 * (xhtml).
 */
function isPublishedApart({ definition }: ProfileNode, parent: TypeDefinition): boolean {
  return definition.max === '0' || parent.name === 'xhtml';
}

/** The types of the base element that the profile still allows. */
function usesOf({ definition }: ProfileNode, element: ElementModel): TypeUse[] {
  const codes = (definition.type ?? []).map(({ code }) => code);
  const left = element.types.filter(({ code }) => codes.includes(code));
  // The model has other names for backbones, content references and System types.
  return left.length > 0 ? left : [...element.types];
}

function emitPlain(
  node: ProfileNode,
  element: ElementModel,
  uses: readonly TypeUse[],
  already: readonly ProfileNode[],
  context: ProfileContext,
): string {
  const [use] = uses;
  if (!use) return '';
  const key = jsonName(element, use);
  const isPrimitive = context.model.get(use.type)?.kind === 'primitive';
  const place: Place = { type: use.type, use, element };
  const sliced = emitSlicing(node, [place], already, context);
  const content = context.content(node, place, already) + sliced.body;
  const item = isPrimitive || content === '' ? content : `if(isObject(n)){${content}}`;
  const count = counting(node, element, already, name(node), context);
  if (item === '' && count === undefined && sliced.after === '') return '';
  const values = `n?.${key}`;
  const siblings = isPrimitive ? `n?._${key}` : '';
  return element.isArray
    ? repeated(values, siblings, key, item, count, sliced)
    : one(values, siblings, key, item, count, sliced);
}

function name(node: ProfileNode): string {
  return node.name;
}

function repeated(
  values: string,
  siblings: string,
  key: string,
  item: string,
  count: Count | undefined,
  sliced: Sliced,
): string {
  const isPrimitive = siblings !== '';
  const declare = isPrimitive
    ? `const a=list(${values}),y=list(${siblings}),l=countOf(a,y);`
    : `const a=list(${values}),l=a.length;`;
  const sibling = isPrimitive && /\bx\b/.test(item) ? ',x=y[i]' : '';
  const loop =
    item === ''
      ? ''
      : `let b=r.count;for(let i=0;i<l;i++){const n=a[i]${sibling};${item}` +
        `if(r.count!==b)b=r.under(b,"${key}["+i+"]");}`;
  return `{${declare}${sliced.before}${loop}${count?.('l') ?? ''}${sliced.after}}`;
}

function one(
  values: string,
  siblings: string,
  key: string,
  item: string,
  count: Count | undefined,
  sliced: Sliced,
): string {
  const isPrimitive = siblings !== '';
  const declare = isPrimitive ? `const a=${values},y=${siblings};` : `const a=${values};`;
  const there = isPrimitive ? 'a!==undefined||y!==undefined' : 'a!==undefined';
  const sibling = isPrimitive && /\bx\b/.test(item) ? ',x=y' : '';
  const body =
    item === ''
      ? ''
      : `if(${there}){const n=a${sibling},b=r.count;${item}if(r.count!==b)r.under(b,"${key}");}`;
  return `{${declare}${sliced.before}${body}${count?.(`(${there}?1:0)`) ?? ''}${sliced.after}}`;
}

type Count = (code: string) => string;

/** Emits the checks of the cardinality, if it is narrower than in the base. */
function counting(
  { definition }: ProfileNode,
  base: { readonly min: number; readonly max: number },
  already: readonly ProfileNode[],
  shownName: string,
  { urlName }: ProfileContext,
): Count | undefined {
  const min = definition.min ?? 0;
  const max = limit(definition.max);
  const isMin = min > base.min && !already.some((each) => (each.definition.min ?? 0) >= min);
  const isMax = max < base.max && !already.some((each) => limit(each.definition.max) <= max);
  if (!isMin && !isMax) return undefined;
  return (code) =>
    (isMin ? `if(${code}<${min})few(r,${urlName},${q(shownName)},${min},${code});` : '') +
    (isMax ? `if(${code}>${max})lots(r,${urlName},${q(shownName)},${max},${code});` : '');
}

function emitChoice(
  node: ProfileNode,
  element: ElementModel,
  uses: readonly TypeUse[],
  already: readonly ProfileNode[],
  context: ProfileContext,
): string {
  const places = uses.map((use): Place => ({ type: use.type, use, element }));
  const sliced = emitSlicing(node, places, already, context);
  const content = emitByType(node, places, already, context);
  const isNarrowed =
    uses.length < element.types.length &&
    !already.some((each) => usesOf(each, element).length <= uses.length);
  const types = uses.map(({ code }) => code).join(', ');
  const wrong = isNarrowed
    ? `if(!(${isOneOf(places, element)}))wrongType(r,${context.urlName},k,${q(types)});`
    : '';
  const body = `${wrong}${content}${sliced.body}`;
  const count = counting(node, element, already, node.name, context);
  if (body === '' && count === undefined && sliced.after === '') return '';
  const names = context.constants.nameOf(`new Map(${JSON.stringify(stepsOf(element))})`);
  const sibling = /\bx\b/.test(body) ? ',x=o["_"+k]' : '';
  const checked =
    body === ''
      ? ''
      : `if(k!==undefined){const n=o[k]${sibling},b=r.count;${body}` +
        `if(r.count!==b)r.under(b,${names}.get(k));}`;
  const counted = count?.('(k===undefined?0:1)') ?? '';
  return `{const o=n,k=choiceKey(o,${names});${sliced.before}${checked}${counted}${sliced.after}}`;
}

/** Pairs of a choice's JSON name and its step in expressions. */
function stepsOf(element: ElementModel): [string, string][] {
  return element.types.map((use) => [
    jsonName(element, use),
    `${element.name}.ofType(${use.code})`,
  ]);
}

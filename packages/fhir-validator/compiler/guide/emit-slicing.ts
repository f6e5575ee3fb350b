/**
 * Emits the slices of an element: which items are in which slice, how many, and their constraints.
 * An item is in the first slice whose discriminators match. Slices of a slice are counted too, next
 * to the slice that has them.
 */
import { discriminatorTest } from './discriminators.ts';
import { emitByType } from './emit-by-type.ts';
import { limit, type Place } from './place.ts';
import { gap, type ProfileContext, q } from './profile-context.ts';
import type { ProfileNode } from './profile-tree.ts';

/** Statements before the loop over the items, in the loop, and after it. */
export interface Sliced {
  readonly before: string;
  readonly body: string;
  readonly after: string;
}

const NOTHING: Sliced = { before: '', body: '', after: '' };
/** The slice for all items that are in no other slice. */
const DEFAULT = '@default';

interface Counter {
  readonly name: string;
  readonly slice: ProfileNode;
}

export function emitSlicing(
  node: ProfileNode,
  places: readonly Place[],
  already: readonly ProfileNode[],
  context: ProfileContext,
): Sliced {
  const slices = node.slices.filter((each) => !already.some((other) => has(other, each)));
  if (slices.length === 0) return NOTHING;
  const counters: Counter[] = [];
  const body = emitSlices(node, slices, places, already, counters, context);
  if (body === '') return NOTHING;
  const states = new Set(body.match(/\b[zw]\d+\b/g));
  const variables = [
    ...counters.map(({ name }) => `${name}=0`),
    ...[...states].map((name) => `${name}=${name.startsWith('z') ? -1 : 0}`),
  ];
  return {
    before: `let ${variables.join(',')};`,
    body,
    after: counters.map((each) => emitCount(each, node, context)).join(''),
  };
}

function has(other: ProfileNode, slice: ProfileNode): boolean {
  return other.slices.some(
    (each) => each.slice === slice.slice && each.definition === slice.definition,
  );
}

/** Returns `if (in the first) … else if (in the second) … else …` */
function emitSlices(
  node: ProfileNode,
  slices: readonly ProfileNode[],
  places: readonly Place[],
  already: readonly ProfileNode[],
  counters: Counter[],
  context: ProfileContext,
): string {
  const branches: string[] = [];
  // Slices of a slice have an order and a rest of their own.
  const level = counters.length;
  let isWhole = slices.length === node.slices.length;
  for (const [at, slice] of slices.entries()) {
    if (slice.slice === DEFAULT) continue;
    const test = discriminatorTest(node, slice, places, context);
    if ('why' in test) {
      gap(context, `slice ${idOf(slice)}`, test.why, test.isOpen);
      isWhole = false;
      continue;
    }
    const name = `c${counters.length}`;
    counters.push({ name, slice });
    const order = emitOrder(at, slice, node, level, context);
    const content = emitSlice(node, slice, places, already, counters, context);
    branches.push(`if(${test.code}){${name}++;${order}${content}}`);
  }
  if (branches.length === 0) return '';
  const otherwise = emitOtherwise(node, places, already, isWhole, level, counters, context);
  return branches.join('else ') + (otherwise === '' ? '' : `else{${otherwise}}`);
}

function emitSlice(
  node: ProfileNode,
  slice: ProfileNode,
  places: readonly Place[],
  already: readonly ProfileNode[],
  counters: Counter[],
  context: ProfileContext,
): string {
  const own = placesOf(slice, places);
  const beside = [node, ...already];
  const content = emitByType(slice, own, beside, context);
  return content + emitSlices(slice, slice.slices, own, already, counters, context);
}

/** For a choice: only the places with the types of the slice. */
function placesOf(slice: ProfileNode, places: readonly Place[]): readonly Place[] {
  const codes = (slice.definition.type ?? []).map(({ code }) => code);
  const own = places.filter(({ use }) => use && codes.includes(use.code));
  return own.length > 0 ? own : places;
}

/** Emits the statements for an item that is in none of the slices. */
function emitOtherwise(
  node: ProfileNode,
  places: readonly Place[],
  already: readonly ProfileNode[],
  isWhole: boolean,
  level: number,
  counters: Counter[],
  context: ProfileContext,
): string {
  const { slicing } = node.definition;
  const byDefault = node.slices.find((each) => each.slice === DEFAULT);
  if (byDefault) return emitSlice(node, byDefault, places, already, counters, context);
  if (!isWhole) return '';
  if (slicing?.rules === 'openAtEnd') return `w${level}=1;`;
  if (slicing?.rules !== 'closed') return '';
  return fault('the item is in none of the slices that the profile allows', context);
}

/** `z` is the index of the last slice that was found, `w` whether an item was in no slice. */
function emitOrder(
  at: number,
  slice: ProfileNode,
  { definition }: ProfileNode,
  level: number,
  context: ProfileContext,
): string {
  const early = `the slice ${slice.slice} follows a slice that it must precede`;
  const late = `the slice ${slice.slice} follows an item that is in no slice`;
  return (
    (definition.slicing?.ordered
      ? `if(z${level}>${at})${fault(early, context)}else z${level}=${at};`
      : '') +
    (definition.slicing?.rules === 'openAtEnd' ? `if(w${level})${fault(late, context)}` : '')
  );
}

function fault(said: string, { urlName, constants }: ProfileContext): string {
  return `unsliced(r,${urlName},${constants.nameOf(q(said))});`;
}

function emitCount({ name, slice }: Counter, node: ProfileNode, context: ProfileContext): string {
  const { min = 0, max } = slice.definition;
  const shownName = q(`${node.name}:${slice.slice}`);
  const isMax = limit(max) < limit(node.definition.max);
  return (
    (min > 0 ? `if(${name}<${min})few(r,${context.urlName},${shownName},${min},${name});` : '') +
    (isMax ? `if(${name}>${max})lots(r,${context.urlName},${shownName},${max},${name});` : '')
  );
}

function idOf({ definition, name, slice }: ProfileNode): string {
  return `${definition.path ?? name}:${slice}`;
}

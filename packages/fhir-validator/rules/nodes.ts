/** Concepts in concepts, and other trees of elements of one name. */
import { isObject } from '../runtime/object.ts';
import { DEPTH_MAX } from '../runtime/report.ts';

type Value = Record<string, unknown>;

/** An array of nodes, and which of them it is. */
export interface Way {
  readonly list: readonly unknown[];
  at: number;
}

/** Visits all nodes, however deep, and counts them. Keeps no more than the way to the one at hand. */
export function eachNode(
  list: unknown,
  name: string,
  visit: (node: Value, way: readonly Way[]) => void,
): number {
  let count = 0;
  const way: Way[] = Array.isArray(list) ? [{ list, at: -1 }] : [];
  for (let top = way.at(-1); top; top = way.at(-1)) {
    top.at++;
    const node: unknown = top.list[top.at];
    if (top.at >= top.list.length) way.pop();
    else if (isObject(node)) {
      count++;
      visit(node, way);
      const below = node[name];
      if (Array.isArray(below)) way.push({ list: below, at: -1 });
    }
  }
  return count;
}

/** Deeper than the validator follows is reported elsewhere. */
export function pathOf(way: readonly Way[], name: string): string {
  return way
    .slice(0, DEPTH_MAX)
    .map(({ at }) => `${name}[${at}]`)
    .join('.');
}

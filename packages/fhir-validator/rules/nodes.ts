/** Visits trees of elements that have the same name, such as concepts in concepts. */
import { isObject } from '../runtime/object.ts';
import { DEPTH_MAX } from '../runtime/report.ts';

type Value = Record<string, unknown>;

/** A step on the way to a node: an array of nodes and the index in it. */
export interface Way {
  readonly list: readonly unknown[];
  at: number;
}

/** Visits and counts all nodes at any depth. Keeps only the way to the current node in memory. */
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

/**
 * The expression of a node. Steps below DEPTH_MAX are left out: another check reports that depth.
 */
export function pathOf(way: readonly Way[], name: string): string {
  return way
    .slice(0, DEPTH_MAX)
    .map(({ at }) => `${name}[${at}]`)
    .join('.');
}

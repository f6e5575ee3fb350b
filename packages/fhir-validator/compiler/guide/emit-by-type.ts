/** Emits the constraints of a node whose values may have several types. */
import { isOneOf, type Place } from './place.ts';
import type { ProfileContext } from './profile-context.ts';
import type { ProfileNode } from './profile-tree.ts';

/** The types of a choice that need the same code share it. */
export function emitByType(
  node: ProfileNode,
  places: readonly Place[],
  already: readonly ProfileNode[],
  context: ProfileContext,
): string {
  const contents = Map.groupBy(places, (place) => {
    const content = context.content(node, place, already);
    const isPrimitive = context.model.get(place.type)?.kind === 'primitive';
    return isPrimitive || content === '' ? content : `if(isObject(n)){${content}}`;
  });
  const [element] = places.flatMap((each) => each.element ?? []);
  if (contents.size < 2 || !element?.isChoice) return [...contents.keys()][0] ?? '';
  return [...contents]
    .map(([source, of]) => (source === '' ? '' : `if(${isOneOf(of, element)}){${source}}`))
    .join('');
}

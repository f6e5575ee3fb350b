import type { Supervised } from '../../core/supervision/supervised-state.ts';
import { type Place, placesIn, SUPERVISION_TREE } from '../../core/supervision/supervision-tree.ts';
import type { NodeView } from '../contract/supervision.ts';

/** @param lanes the lanes of this stage */
export function treeView(states: readonly Supervised[], lanes: readonly string[]): NodeView[] {
  const known = new Map(states.map((state) => [state.name, state]));
  return placesIn(SUPERVISION_TREE).map((place) => nodeView(place, known, lanes));
}

function nodeView(
  { node, above }: Place,
  known: ReadonlyMap<string, Supervised>,
  lanes: readonly string[],
): NodeView {
  const [parent] = above;
  const { restarts = [], spentUntil = 0 } = known.get(node.name) ?? {};
  const limits = node.kind === 'supervisor' ? node : (parent ?? SUPERVISION_TREE);
  const own =
    node.kind === 'supervisor'
      ? { strategy: node.strategy, functions: [], within: [] }
      : {
          restart: node.restart,
          functions: node.functions,
          within: node.within ?? [],
          ...(node.lane !== undefined && lanes.includes(node.lane) && { lane: node.lane }),
        };
  return {
    name: node.name,
    ...(parent !== undefined && { parent: parent.name }),
    depth: above.length,
    kind: node.kind,
    ...own,
    intensity: limits.intensity,
    periodMs: limits.periodMs,
    // Restarts up to the last escalation no longer count.
    restarts: restarts
      .map(({ at }) => at)
      .filter((at) => at > spentUntil)
      .sort((a, b) => a - b),
  };
}

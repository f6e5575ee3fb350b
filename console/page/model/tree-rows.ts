/** The supervision tree as rows, with the restarts that still count. */
import type { NodeView } from '../../contract/supervision.ts';

export interface TreeRow {
  readonly node: NodeView;
  readonly restarts: number;
  /** `calm`, `shaken` (restarts, but no more than the intensity), `gave-up`. */
  readonly state: 'calm' | 'shaken' | 'gave-up';
}

export function treeRows(nodes: readonly NodeView[], now: number): readonly TreeRow[] {
  return nodes.map((node) => {
    const restarts = node.restarts.filter((at) => now - at <= node.periodMs).length;
    const state = restarts > node.intensity ? 'gave-up' : restarts > 0 ? 'shaken' : 'calm';
    return { node, restarts, state };
  });
}

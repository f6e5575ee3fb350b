/** The supervision tree as rows, with the restarts within the period. */
import type { NodeView } from '../../contract/supervision.ts';

export interface TreeRow {
  readonly node: NodeView;
  readonly restarts: number;
  /** `calm`: no restarts. `shaken`: restarts, but not more than the intensity. `gave-up`: more. */
  readonly state: 'calm' | 'shaken' | 'gave-up';
}

export function treeRows(nodes: readonly NodeView[], now: number): readonly TreeRow[] {
  return nodes.map((node) => {
    const restarts = node.restarts.filter((at) => now - at <= node.periodMs).length;
    const state = restarts > node.intensity ? 'gave-up' : restarts > 0 ? 'shaken' : 'calm';
    return { node, restarts, state };
  });
}

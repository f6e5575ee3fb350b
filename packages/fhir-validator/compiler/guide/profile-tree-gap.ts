/** Trees of profiles, if they can be made. */
import type { StructureDefinition } from '../definitions.ts';
import { gap, type ProfileContext } from './profile-context.ts';
import type { ProfileNode } from './profile-tree.ts';
import { SnapshotError, type Snapshots } from './snapshot.ts';

/** What is left out where there is no snapshot and none can be made. */
export const WHOLE = 'the whole profile';

export function treeOrGap(
  snapshots: Snapshots,
  structure: StructureDefinition,
  context: ProfileContext,
): ProfileNode | undefined {
  try {
    return snapshots.treeOf(structure);
  } catch (error) {
    if (!(error instanceof SnapshotError)) throw error;
    gap(context, WHOLE, error.message);
    return undefined;
  }
}

/** Undefined if it cannot be made: the gap is reported for its owner. */
export function quietTree(
  snapshots: Snapshots,
  structure: StructureDefinition,
): ProfileNode | undefined {
  try {
    return snapshots.treeOf(structure);
  } catch (error) {
    if (error instanceof SnapshotError) return undefined;
    throw error;
  }
}

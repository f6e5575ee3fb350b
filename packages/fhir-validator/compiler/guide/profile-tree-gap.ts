/** Builds the tree of a profile, or reports that it cannot be built. */
import type { StructureDefinition } from '../definitions.ts';
import { gap, type ProfileContext } from './profile-context.ts';
import type { ProfileNode } from './profile-tree.ts';
import { SnapshotError, type Snapshots } from './snapshot.ts';

/** The gap of a profile that has no snapshot and for which none can be made. */
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

/** Undefined if it cannot be built. That gap is reported where the profile itself is compiled. */
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

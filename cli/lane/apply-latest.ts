/**
 * Sets the mappings of a lane as its saved state requires, also if that changes meanwhile. AWS changes a
 * mapping without a condition, so our change may arrive after one that followed from a newer state.
 * Therefore the state is read again after each change, and is applied anew if it needs other mappings.
 */
import { applyMappings, type LaneMapping } from '../../aws/lane-mappings.ts';
import { pause } from '../../aws/machine.ts';
import { loadSupervised, saveSupervised } from '../../aws/supervision-table.ts';
import type { VersionedTable } from '../../aws/versioned-item.ts';
import { confirm } from '../../core/supervision/lane-supervision.ts';
import { needSameMappings, type Supervised } from '../../core/supervision/supervised-state.ts';
import type { Desk } from '../clients.ts';

/** AWS refuses a change while another one is in progress, which takes up to a minute. */
const TRIES_MAX = 30;
const PAUSE_MS = 3_000;

export interface Applied {
  /** The latest state. */
  readonly state: Supervised;
  /**
   * `changing`: the change was requested, and AWS performs it in the background. `behind`: the state changed
   * meanwhile, and its mappings could not be set.
   */
  readonly mappings: 'set' | 'changing' | 'behind';
}

export interface LanePlace {
  readonly table: VersionedTable;
  readonly component: string;
}

export async function applyLatest(
  { table, component }: LanePlace,
  mappings: readonly LaneMapping[],
  saved: Supervised,
  { lambda, later }: Pick<Desk, 'lambda' | 'later'>,
): Promise<Applied> {
  let state = saved;
  for (let tries = 1; ; tries += 1) {
    const areSet = await applyMappings(lambda, state, mappings);
    const latest = await loadSupervised(table, component);
    const isApplied = needSameMappings(state, latest);
    if (isApplied && areSet) return { state: latest, mappings: 'set' };
    if (isApplied && tries === 1) return { state: latest, mappings: 'changing' };
    // Ours has changed what somebody else had read back.
    if (latest.confirmed) await unconfirm(table, latest);
    if (tries === TRIES_MAX) return { state: latest, mappings: 'behind' };
    if (isApplied) await pause({ later }, PAUSE_MS);
    state = latest;
  }
}

/** Whoever saves at the same time makes this save fail. It is tried again after the next look. */
function unconfirm(table: VersionedTable, state: Supervised): Promise<boolean> {
  return saveSupervised(table, { ...confirm(state, false), version: state.version + 1 });
}

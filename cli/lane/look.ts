import { type MappingSeen, readMapping } from '../../aws/event-source-mappings.ts';
import { loadSupervised } from '../../aws/supervision-table.ts';
import type { Supervised } from '../../core/supervision/supervised-state.ts';
import { lambdaClient } from '../clients.ts';
import { type FoundLane, findLanes, tableOf } from './find.ts';

/** A lane's desired and actual state. */
export interface LaneView {
  readonly lane: string;
  readonly state: Supervised;
  readonly mappings: readonly (MappingSeen & {
    readonly queue: string;
    readonly configuredMax: number;
  })[];
}

export async function lookAtLanes(stage: string): Promise<LaneView[]> {
  return viewLanes(stage, (await findLanes(stage)).lanes);
}

/** The views of these lanes. */
export function viewLanes(stage: string, lanes: readonly FoundLane[]): Promise<LaneView[]> {
  return Promise.all(
    lanes.map(async ({ lane, component, parts }) => {
      const state = await loadSupervised(tableOf(stage), component);
      const mappings = parts.mappings.map(async ({ uuid, maxConcurrency: configuredMax }) => ({
        ...(await readMapping(lambdaClient(), uuid)),
        configuredMax,
      }));
      return { lane, state, mappings: await Promise.all(mappings) };
    }),
  );
}

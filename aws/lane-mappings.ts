import type { LambdaClient } from '@aws-sdk/client-lambda';
import { desiredMapping, type Supervised } from '../core/supervision/supervised-state.ts';
import { changeMapping, readMapping } from './event-source-mappings.ts';

/** A mapping of a lane, and its configured maximum concurrency. */
export interface LaneMapping {
  readonly uuid: string;
  readonly maxConcurrency: number;
}

/**
 * Sets the mappings of a lane as its state requires, each also if another fails. Returns whether all are set: false
 * while one is still changing, because AWS does that in the background.
 */
export async function applyMappings(
  lambda: LambdaClient,
  state: Supervised,
  mappings: readonly LaneMapping[],
): Promise<boolean> {
  const results = await Promise.allSettled(
    mappings.map(async ({ uuid, maxConcurrency }) => {
      const desired = desiredMapping(state, maxConcurrency);
      const isSo = (seen: typeof desired) =>
        seen.enabled === desired.enabled && seen.maxConcurrency === desired.maxConcurrency;
      const seen = await readMapping(lambda, uuid);
      if (isSo(seen)) return !seen.changing;
      const changed = await changeMapping(lambda, uuid, desired);
      return !changed.changing && isSo(changed);
    }),
  );
  const failed = results.find((each) => each.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return results.every((each) => each.status === 'fulfilled' && each.value);
}

import { loadSupervised, saveSupervised } from '../../aws/supervision-table.ts';
import { HOLDERS, type Supervised } from '../../core/supervision/supervised-state.ts';
import type { Log } from '../../telemetry/log.ts';
import type { Tally } from '../../telemetry/tally.ts';
import type { SupervisorParts } from './parts.ts';

/** Other invocations were faster too often; the message comes again. */
class SupervisionContended extends Error {
  override readonly name = 'SupervisionContended';
}

const TRIES_MAX = 12;

/**
 * Loads, decides, saves; decides again if another invocation saved meanwhile. `known` is what the caller has loaded
 * a moment ago, and is not loaded again: a save would find it outdated.
 */
export async function change(
  { table, logger }: Pick<SupervisorParts, 'table' | 'logger'>,
  name: string,
  decide: (state: Supervised) => Supervised,
  tally: Tally,
  known?: Supervised,
): Promise<Supervised> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const before = tries === 0 && known ? known : await loadSupervised(table, name);
    const decided = decide(before);
    if (decided === before) return before;
    const state = { ...decided, version: before.version + 1 };
    if (await saveSupervised(table, state)) {
      announce(before, state, tally, logger);
      return state;
    }
  }
  throw new SupervisionContended(`${name}: ${TRIES_MAX} conflicts`);
}

/** Every transition is a metric and a log line (R60). */
function announce(before: Supervised, after: Supervised, tally: Tally, logger: Log): void {
  const { name } = after;
  for (const holder of HOLDERS) {
    const [was, is] = [before.holds[holder], after.holds[holder]];
    if (was === undefined && is !== undefined) {
      tally.add('LanePauses');
      logger.error('lane paused', { lane: name, holder, by: is.by, why: is.why });
    }
    if (was !== undefined && is === undefined) {
      tally.add('LaneReleases');
      logger.warn('lane released', { lane: name, holder });
    }
  }
  if (after.ramp?.step !== before.ramp?.step) {
    logger.info('lane step', { lane: name, step: after.ramp?.step ?? 'full' });
  }
}

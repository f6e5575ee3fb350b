import type { LaneView as Seen } from '../../cli/lane/look.ts';
import {
  desiredMapping,
  HOLDERS,
  isHeld,
  phaseOf,
  type Supervised,
} from '../../core/supervision/supervised-state.ts';
import type { LaneView, MappingView, NextProbe } from '../contract/supervision.ts';
import { shortOf } from './names.ts';

export function laneView(stage: string, { lane, state, mappings }: Seen, now: number): LaneView {
  const probe = nextProbe(state, now);
  return {
    lane: lane as LaneView['lane'],
    phase: phaseOf(state, now),
    holds: HOLDERS.flatMap((holder) => {
      const hold = state.holds[holder];
      return hold === undefined ? [] : [{ holder, ...hold }];
    }),
    ...(probe !== undefined && { nextProbe: probe }),
    setbacks: state.setbacks,
    ...(state.ramp !== undefined && { ramp: { step: state.ramp.step, since: state.ramp.at } }),
    mappings: mappings.map((mapping) => mappingView(stage, mapping, state)),
  };
}

/** The next step, as core/supervision/lane-supervision.ts decides it. */
function nextProbe(state: Supervised, now: number): NextProbe | undefined {
  if (!isHeld(state)) return undefined;
  const { holds, probe, wakeAt, confirmed } = state;
  if (holds.operator !== undefined) return { waitsFor: 'operator' };
  if (probe !== undefined && now < probe.until) return { waitsFor: 'result', at: probe.until };
  if (!confirmed) return { waitsFor: 'mappings' };
  if (now >= wakeAt) return { waitsFor: 'message' };
  return { waitsFor: holds.supervisor === undefined ? 'breaker' : 'cool-down', at: wakeAt };
}

function mappingView(
  stage: string,
  { queue, enabled, maxConcurrency, changing, configuredMax }: Seen['mappings'][number],
  state: Supervised,
): MappingView {
  const desired = desiredMapping(state, configuredMax);
  const isAsDesired =
    enabled === desired.enabled && (!enabled || maxConcurrency === desired.maxConcurrency);
  return {
    queue: shortOf(stage, queue),
    enabled,
    ...(Number.isFinite(maxConcurrency) && { maxConcurrency }),
    configuredMax,
    changing,
    differs: !changing && !isAsDesired,
  };
}

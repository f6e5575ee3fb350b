import type { NamedBreaker } from '../../cli/breaker/describe.ts';
import {
  type BreakerPolicy,
  DEFAULT_BREAKER_POLICY,
  rampAt,
  type TripPolicy,
} from '../../core/breaker/breaker-policy.ts';
import { type BreakerState, forcedAt, RECENT_MAX } from '../../core/breaker/breaker-state.ts';
import { countsAt } from '../../core/breaker/call-window.ts';
import { pluginOf } from '../../core/supervision/plugin-switch.ts';
import type { BreakerView } from '../contract/breakers.ts';

/** The limit that opens a breaker, if the stage tells it. */
export type TripOf = (service: string) => TripPolicy | undefined;

export function breakerView(
  { service, state }: NamedBreaker,
  tripOf: TripOf,
  now: number,
): BreakerView {
  const plugin = pluginOf(service);
  const trip = tripOf(service);
  const word = forcedAt(state, now);
  return {
    name: plugin ?? service,
    kind: plugin === undefined ? 'service' : 'plugin',
    phase: state.phase,
    ...(state.generation > 0 && { since: state.since }),
    why: state.generation === 0 ? 'it has never opened' : state.why,
    ...ofPhase(state, trip, plugin !== undefined, now),
    ...(trip !== undefined && { trip }),
    ...(word !== undefined && { forced: { until: word.until, by: word.by, why: word.reason } }),
    transitions: state.recent
      .slice(-RECENT_MAX)
      .toReversed()
      .map(({ at, from, to, why, by }) => ({ at, from, to, why, ...(by !== undefined && { by }) })),
  };
}

function ofPhase(
  state: BreakerState,
  trip: TripPolicy | undefined,
  isPlugin: boolean,
  now: number,
): Partial<BreakerView> {
  switch (state.phase) {
    case 'open':
      return { openUntil: state.openUntil, failedProbes: state.failedProbes };
    case 'half-open': {
      const needed = isPlugin ? 1 : DEFAULT_BREAKER_POLICY.probes;
      return {
        failedProbes: state.failedProbes,
        probes: { successes: state.successes, needed },
        ...(state.probe !== undefined && { probeLeaseUntil: state.probe.leaseUntil }),
      };
    }
    case 'closed': {
      const policy: BreakerPolicy = { ...DEFAULT_BREAKER_POLICY, ...(isPlugin && { ramp: [] }) };
      const { share } = rampAt(state.rampFrom, now, policy);
      const counted =
        trip?.kind === 'failure-rate'
          ? { window: countsAt(state.window, now, trip.windowMs) }
          : { failures: state.restarts?.length ?? state.failures };
      return { ...counted, ...(share < 1 && { rampShare: share }) };
    }
  }
}

/** Breakers in each phase, for the tests of their rules. */
import { type Admission, admit, type Ticket } from '../../../core/breaker/breaker.ts';
import {
  type BreakerPolicy,
  DEFAULT_BREAKER_POLICY,
} from '../../../core/breaker/breaker-policy.ts';
import { afterResult, type CallResult } from '../../../core/breaker/breaker-result.ts';
import { type BreakerState, UNKNOWN_SERVICE } from '../../../core/breaker/breaker-state.ts';

export const policy: BreakerPolicy = { ...DEFAULT_BREAKER_POLICY, ramp: [0.5], rampStepMs: 1_000 };

let tokens = 0;
export function token(): string {
  tokens += 1;
  return `t${tokens}`;
}

export function ask(fields: { owner?: string; draw?: number } = {}) {
  return { owner: token(), timeoutMs: 1_000, draw: 0, ...fields };
}

export function result(
  ticket: Ticket,
  outcome: CallResult['outcome'],
  fields: Partial<CallResult> = {},
): CallResult {
  return { ticket, outcome, token: token(), draw: 0, ...fields };
}

/** The state after a result: the same object if it changes nothing. */
export function settled(
  state: BreakerState,
  ticket: Ticket,
  outcome: CallResult['outcome'],
  now: number,
  its: BreakerPolicy = policy,
): BreakerState {
  return afterResult(state, result(ticket, outcome), now, its)?.next ?? state;
}

export function failing(
  times: number,
  now: number,
  from: BreakerState = UNKNOWN_SERVICE,
): BreakerState {
  let state = from;
  const ticket = { generation: from.generation };
  for (let n = 0; n < times; n += 1) state = settled(state, ticket, 'failure', now);
  return state;
}

export function acquired(admission: Admission): { state: BreakerState; ticket: Ticket } {
  if (admission.kind !== 'acquire') throw new Error(`no probe, but ${admission.kind}`);
  return { state: admission.change.next, ticket: admission.ticket };
}

/** Open since 0, and probed for the first time as soon as possible. */
export function probing(now = 30_000, owner = 'prober') {
  return acquired(admit(failing(5, 0), ask({ owner }), now, policy));
}

/** Closed by two probes at `now`. */
export function recovered(now = 30_000): BreakerState {
  const first = probing(now);
  const half = settled(first.state, first.ticket, 'success', now);
  const second = acquired(admit(half, ask(), now, policy));
  return settled(second.state, second.ticket, 'success', now);
}

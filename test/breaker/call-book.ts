/**
 * The fleet's record of which calls were made under which ticket, and how they ended. It is the model that
 * the breaker's saves are checked against.
 */
import type { Ticket } from '../../core/breaker/breaker.ts';
import type { BreakerPolicy } from '../../core/breaker/breaker-policy.ts';
import type { BreakerState } from '../../core/breaker/breaker-state.ts';

export interface MadeCall {
  readonly ticket: Ticket;
  readonly deadline: number;
  ended?: 'success' | 'failure' | 'died';
  timeOut: () => void;
}

export class CallBook {
  readonly #policy: BreakerPolicy;
  /** The largest difference between the clock of the saver and the true time. */
  readonly #skewMs: number;
  readonly #calls: MadeCall[] = [];

  constructor(policy: BreakerPolicy, skewMs: number) {
    this.#policy = policy;
    this.#skewMs = skewMs;
  }

  /** Enters a call as it begins. R12: false if another probe is in flight. */
  enter(call: MadeCall): boolean {
    const rival = this.#calls.find((each) => each.ticket.probe && each.ended === undefined);
    this.#calls.push(call);
    return !(call.ticket.probe && rival);
  }

  /** A call that reaches its deadline is aborted, as the timer would do. */
  timeOut(now: number): void {
    for (const call of this.#calls) {
      if (call.ended !== undefined || call.deadline > now) continue;
      call.ended = 'failure';
      call.timeOut();
    }
  }

  /** What is wrong with a save according to the record of calls. */
  wrongWith(
    before: BreakerState | undefined,
    after: BreakerState,
    now: number,
  ): string | undefined {
    const generation = before?.generation ?? 0;
    const phase = before?.phase ?? 'closed';
    if (after.version !== (before?.version ?? 0) + 1) return 'an update is lost';
    const failed = this.#calls.filter(
      ({ ticket, ended }) => ticket.generation === generation && ended === 'failure',
    );
    if (after.generation === generation) {
      if (after.phase !== phase) return `${after.phase} written over ${phase}`;
      if (after.phase === 'closed' && after.failures > failed.length)
        return 'a failure counts twice';
      return this.#wrongWithProbe(before, after, now);
    }
    if (after.generation !== generation + 1) return 'an older generation is written over a newer';
    switch (`${phase} to ${after.phase}`) {
      case 'closed to open':
        return failed.length < 2 ? 'opened by less than two failures' : undefined;
      case 'open to half-open':
        return now + 2 * this.#skewMs < openUntilOf(before) ? 'probed too early' : undefined;
      case 'half-open to open':
        return this.#endOfProbe(before) === 'failure'
          ? undefined
          : 'opened by another than its probe';
      case 'half-open to closed':
        return this.#succeeded(generation) >= this.#policy.probes &&
          this.#endOfProbe(before) === 'success'
          ? undefined
          : 'closed without its probes';
      default:
        return `${phase} to ${after.phase}`;
    }
  }

  #wrongWithProbe(
    before: BreakerState | undefined,
    after: BreakerState,
    now: number,
  ): string | undefined {
    if (before?.phase !== 'half-open' || after.phase !== 'half-open') return undefined;
    if (after.successes > this.#succeeded(after.generation)) return 'a success counts twice';
    const taken = before.probe && after.probe && after.probe.owner !== before.probe.owner;
    const over = now + 2 * this.#skewMs >= (before.probe?.leaseUntil ?? 0);
    return taken && !over ? 'a probe was taken from its owner' : undefined;
  }

  #endOfProbe(state: BreakerState | undefined): MadeCall['ended'] {
    const owner = state?.phase === 'half-open' ? state.probe?.owner : undefined;
    return this.#calls.find(({ ticket }) => ticket.probe?.owner === owner && owner !== undefined)
      ?.ended;
  }

  #succeeded(generation: number): number {
    return this.#calls.filter(
      ({ ticket, ended }) =>
        ticket.probe && ticket.generation === generation && ended === 'success',
    ).length;
  }
}

function openUntilOf(state: BreakerState | undefined): number {
  return state?.phase === 'open' ? state.openUntil : 0;
}

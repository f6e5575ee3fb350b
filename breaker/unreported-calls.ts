/**
 * Calls of this environment that are not yet in the shared window.
 *
 * While no environment has a failure, none reports anything: the healthy path writes nothing (R14). An
 * environment with a failure reports all its calls of the window at once, and again each second. The
 * others, once they read of the failure, report theirs four times a window. So the share of failures is
 * that of all environments, and not only of those with failures.
 */
import type { Ticket } from '../core/breaker/breaker.ts';
import type { TripPolicy } from '../core/breaker/breaker-policy.ts';
import type { BreakerState } from '../core/breaker/breaker-state.ts';
import { addWindows, type CallWindow, countCall, countsAt } from '../core/breaker/call-window.ts';

const INTERVAL_MS = 1_000;
const PER_WINDOW = 4;

export interface DueCalls {
  readonly ticket: Ticket;
  readonly window: CallWindow;
}

export class UnreportedCalls {
  readonly #trip: TripPolicy;
  #window: CallWindow = [];
  #generation = -1;
  #nextAt = 0;
  #intervalMs = INTERVAL_MS;

  constructor(trip: TripPolicy) {
    this.#trip = trip;
  }

  add(ticket: Ticket, failed: boolean, now: number): void {
    const trip = this.#trip;
    if (trip.kind !== 'failure-rate' || ticket.generation < this.#generation) return;
    if (ticket.generation > this.#generation) this.#window = [];
    this.#generation = ticket.generation;
    this.#window = countCall(this.#window, { failed }, now, trip.windowMs);
  }

  /** Returns all of them, if it is time to report. */
  takeDue(state: BreakerState, now: number): DueCalls | undefined {
    const trip = this.#trip;
    if (trip.kind !== 'failure-rate' || state.phase !== 'closed' || now < this.#nextAt) return;
    const own = countsAt(this.#window, now, trip.windowMs);
    const fleet = countsAt(state.window, now, trip.windowMs);
    const troubled = own.failures > 0;
    if (own.calls === 0 || (!troubled && fleet.failures === 0)) return;
    const window = this.#window;
    this.#window = [];
    this.#nextAt = now + (troubled ? this.#intervalMs : trip.windowMs / PER_WINDOW);
    this.#intervalMs = INTERVAL_MS;
    return { ticket: { generation: this.#generation }, window };
  }

  /** They could not be reported, because another environment was writing. They are reported later. */
  putBack({ ticket, window }: DueCalls, now: number): void {
    const trip = this.#trip;
    if (trip.kind !== 'failure-rate' || ticket.generation !== this.#generation) return;
    this.#window = addWindows(this.#window, window, now, trip.windowMs);
    this.#intervalMs = Math.min(this.#intervalMs * 2, trip.windowMs / PER_WINDOW);
    this.#nextAt = now + this.#intervalMs;
  }
}

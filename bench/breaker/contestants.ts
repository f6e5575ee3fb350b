/**
 * Three breakers for the same load. Ours is the code of breaker/; the others do what their originals do,
 * reproduced from their sources and documentation:
 *
 * - circuitbreaker-lambda 2 (the registry has an older one): reads the item before each call, and writes it
 *   whole and without a condition after each call.
 * - breakers that each environment keeps in memory: no store, nothing shared.
 */

import { DEFAULT_BREAKER_POLICY } from '../../core/breaker/breaker-policy.ts';
import type { BreakerState } from '../../core/breaker/breaker-state.ts';
import { circuitsOn } from './circuits.ts';
import type { SimulatedTable } from './simulated-table.ts';
import type { VirtualTime } from './virtual-time.ts';

export type Answer = 'success' | 'failure';
/** Makes the call; `probe` if the breaker makes it to test the service. */
export type Call = (probe: boolean) => Promise<Answer>;
/** One environment's breaker: calls, or does not. */
export type Breaker = (call: Call) => Promise<'called' | 'refused'>;

export interface Surroundings {
  readonly time: VirtualTime;
  readonly random: () => number;
  /** Called when the fleet (or this environment) opens. */
  readonly onOpen: () => void;
}

const FAILURES = 5;
const OPEN_MS = 30_000;
const TIMEOUT_MS = 1_000;

export function ours(table: SimulatedTable<BreakerState>, around: Surroundings): () => Breaker {
  const make = circuitsOn(table, around);
  table.onWrite = (state) => {
    if (state.phase === 'open') around.onOpen();
  };
  return () => {
    const circuit = make(DEFAULT_BREAKER_POLICY);
    return async (call) => {
      const admitted = await circuit.ask(TIMEOUT_MS);
      if (admitted.kind === 'refused') return 'refused';
      const outcome = await call(admitted.ticket.probe !== undefined);
      await circuit.record(admitted, { outcome });
      return 'called';
    };
  };
}

export interface LastWriterWins {
  readonly state: 'CLOSED' | 'OPEN' | 'HALF';
  readonly failures: number;
  readonly successes: number;
  readonly nextAttempt: number;
  readonly opens: number;
}
const FRESH: LastWriterWins = {
  state: 'CLOSED',
  failures: 0,
  successes: 0,
  nextAttempt: 0,
  opens: 0,
};

export function lastWriterWins(
  table: SimulatedTable<LastWriterWins>,
  { time, onOpen }: Surroundings,
): () => Breaker {
  const save = (state: LastWriterWins) => table.write(state, () => true);
  table.onWrite = ({ state }) => {
    if (state === 'OPEN') onOpen();
  };
  const opened = (state: LastWriterWins, opens: number): LastWriterWins => ({
    ...state,
    state: 'OPEN',
    opens,
    nextAttempt: time.now + Math.min(60_000, OPEN_MS * 2 ** opens),
  });
  return () => async (call) => {
    let own = (await table.read()) ?? FRESH;
    if (own.state === 'OPEN') {
      if (own.nextAttempt > time.now) return 'refused';
      own = { ...own, state: 'HALF', successes: 0 };
      await save(own);
    }
    if ((await call(own.state === 'HALF')) === 'failure') {
      own = { ...own, failures: own.failures + 1 };
      if (own.state === 'HALF') own = opened(own, own.opens + 1);
      else if (own.failures >= FAILURES) own = opened(own, 0);
    } else if (own.state === 'HALF') {
      own = { ...own, successes: own.successes + 1 };
      if (own.successes >= 2) own = FRESH;
    }
    await save(own);
    return 'called';
  };
}

export function alone({ time, onOpen }: Surroundings): () => Breaker {
  return () => {
    let failures = 0;
    let openUntil = 0;
    return async (call) => {
      if (time.now < openUntil) return 'refused';
      const probe = openUntil > 0;
      // One probe at a time, as far as this environment knows.
      if (probe) openUntil = time.now + TIMEOUT_MS;
      if ((await call(probe)) === 'success') {
        failures = 0;
        openUntil = 0;
        return 'called';
      }
      failures += 1;
      if (probe || failures >= FAILURES) {
        openUntil = time.now + OPEN_MS;
        onOpen();
      }
      return 'called';
    };
  };
}

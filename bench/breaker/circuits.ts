import { Circuit } from '../../breaker/circuit.ts';
import type { BreakerPolicy } from '../../core/breaker/breaker-policy.ts';
import type { BreakerState, Transition } from '../../core/breaker/breaker-state.ts';
import type { SimulatedTable } from './simulated-table.ts';
import type { VirtualTime } from './virtual-time.ts';

interface Around {
  readonly time: VirtualTime;
  readonly random: () => number;
  readonly onTransition?: (transition: Transition) => void;
}

/** Makes the breakers of a fleet's environments. They know of each other only through the table. */
export function circuitsOn(
  table: SimulatedTable<BreakerState>,
  { time, random, onTransition }: Around,
): (policy: BreakerPolicy) => Circuit {
  let tokens = 0;
  const store = {
    load: () => table.read(),
    save: (_service: string, before: BreakerState, next: BreakerState) =>
      table.write(next, (current) => (current?.version ?? 0) === before.version),
  };
  const tools = {
    now: () => time.now,
    random,
    token() {
      tokens += 1;
      return `t${tokens}`;
    },
    pause: (ms: number) => time.sleep(ms),
    onTransition: (_service: string, transition: Transition) => onTransition?.(transition),
    onForced: () => {},
    onStoreFault(_service: string, fault: unknown) {
      throw fault;
    },
    onOwnTransition: () => {},
    onRefused: () => {},
    onProbe: () => {},
    published: async () => {},
  };
  return (policy) => new Circuit('fhir-server', policy, store, tools);
}

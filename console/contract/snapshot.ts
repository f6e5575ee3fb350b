/** All that the page shows at a glance. Figures are read apart, so each has its own age and trouble. */
import type { AuditTail } from './audit.ts';
import type { BreakerView } from './breakers.ts';
import type { Figure, Ms } from './figure.ts';
import type { Incidents } from './incidents.ts';
import type { LocalState } from './local.ts';
import type { LaneView, NodeView } from './supervision.ts';

export interface Snapshot {
  readonly now: Ms;
  readonly queues: Figure<readonly QueueView[]>;
  readonly environments: Figure<readonly EnvironmentsView[]>;
  readonly lanes: Figure<readonly LaneView[]>;
  /** The supervision tree, parents before their children. */
  readonly tree: Figure<readonly NodeView[]>;
  /** Switches of plugins too. */
  readonly breakers: Figure<readonly BreakerView[]>;
  readonly incidents: Figure<Incidents>;
  readonly audit: Figure<AuditTail>;
  /** Absent where there is no box of faults. */
  readonly local?: Figure<LocalState>;
}

export interface QueueView {
  /** Without the stage's prefix: `background`, `background-isolation`, `audit.fifo`. */
  readonly name: string;
  /** Of a lane's queue; the others are `own`, each of one function of the kernel or for people. */
  readonly role: 'main' | 'isolation' | 'dead-letter' | 'own';
  readonly lane?: 'critical' | 'background' | 'delivery';
  readonly waiting: number;
  readonly inFlight: number;
  readonly delayed: number;
  /**
   * Age of the oldest message that waits: at least that, for what waits with back-off is told of only when
   * it comes again. Absent where nothing is known.
   */
  readonly oldestAgeMs?: number;
}

/** The execution environments of one function. */
export interface EnvironmentsView {
  /** Without the stage's prefix: `validate-background`. */
  readonly function: string;
  readonly busy: number;
  /** Alive and idle. AWS does not tell. */
  readonly frozen?: number;
}

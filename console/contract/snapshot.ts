/** All figures of the overview. They are read separately, so each has its own age and trouble. */
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
  /** With the switches of plugins. */
  readonly breakers: Figure<readonly BreakerView[]>;
  readonly incidents: Figure<Incidents>;
  readonly audit: Figure<AuditTail>;
  /** Absent if there is no box of faults. */
  readonly local?: Figure<LocalState>;
}

export interface QueueView {
  /** Name without the stage's prefix: `background`, `background-isolation`, `audit.fifo`. */
  readonly name: string;
  /**
   * The first three are queues of a lane. `own`: a queue of the kernel, or one that people read.
   */
  readonly role: 'main' | 'isolation' | 'dead-letter' | 'own';
  readonly lane?: 'critical' | 'background' | 'delivery';
  readonly waiting: number;
  readonly inFlight: number;
  readonly delayed: number;
  /**
   * Minimum age of the oldest message that waits. The age of messages with back-off is known only
   * when they are received again. Absent if it is not known.
   */
  readonly oldestAgeMs?: number;
}

/** The execution environments of one function. */
export interface EnvironmentsView {
  /** Name without the stage's prefix: `validate-background`. */
  readonly function: string;
  readonly busy: number;
  /** Frozen environments, which are alive and idle. AWS does not report them. */
  readonly frozen?: number;
}

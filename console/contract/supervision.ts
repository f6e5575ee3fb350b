import type { Ms } from './figure.ts';

/** The desired and the actual state of a lane. */
export interface LaneView {
  readonly lane: 'critical' | 'background' | 'delivery';
  readonly phase: 'running' | 'pausing' | 'paused' | 'probing' | 'ramping';
  /** Empty while the lane runs. */
  readonly holds: readonly HoldView[];
  /** The next probe of a held lane. */
  readonly nextProbe?: NextProbe;
  /** Failed probes, and pauses before it ran again as configured. */
  readonly setbacks: number;
  /**
   * While the lane returns: the current maximum concurrency of each of its queues, and since when.
   */
  readonly ramp?: { readonly step: number; readonly since: Ms };
  readonly mappings: readonly MappingView[];
}

export interface HoldView {
  readonly holder: 'operator' | 'supervisor' | 'breaker';
  readonly since: Ms;
  readonly why: string;
  /** A person or a component. */
  readonly by: string;
}

export interface NextProbe {
  /** Absent if it does not depend on time alone. */
  readonly at?: Ms;
  /**
   * `operator`: an operator must resume it, and nothing probes it. `mappings`: its mappings must
   * read back as disabled first. `breaker`: its breaker must allow a probe. `cool-down`: until
   * `at`. `message`: it is due, and the supervisor takes a message when it next runs (each minute).
   * `result`: a probe runs, until `at` at the latest.
   */
  readonly waitsFor: 'operator' | 'mappings' | 'breaker' | 'cool-down' | 'message' | 'result';
}

/** An event source mapping of the lane's function. */
export interface MappingView {
  /** Name of the queue without the stage's prefix. */
  readonly queue: string;
  readonly enabled: boolean;
  /** Maximum concurrency. Absent if there is no limit. */
  readonly maxConcurrency?: number;
  readonly configuredMax: number;
  /** AWS is changing it. */
  readonly changing: boolean;
  /**
   * It differs from the lane's desired state, and nobody is changing it. The supervisor does so
   * within a minute.
   */
  readonly differs: boolean;
}

/** A node of the supervision tree. */
export interface NodeView {
  readonly name: string;
  /** Absent for the root. */
  readonly parent?: string;
  readonly depth: number;
  readonly kind: 'supervisor' | 'child';
  /** For a supervisor. */
  readonly strategy?: 'one_for_one' | 'one_for_all' | 'rest_for_one';
  /** For a child. */
  readonly restart?: 'permanent' | 'transient' | 'temporary';
  readonly functions: readonly string[];
  /** The functions that run it, if it has no function of its own. */
  readonly within: readonly string[];
  /** The lane of this node, if this stage has that lane. */
  readonly lane?: string;
  /**
   * More restarts than `intensity` within `periodMs` escalate. They are the child's own or those of
   * its children.
   */
  readonly intensity: number;
  readonly periodMs: number;
  /**
   * Times of restarts, oldest first. Some may have left the period: count those of age <= periodMs
   * when you draw.
   */
  readonly restarts: readonly Ms[];
}

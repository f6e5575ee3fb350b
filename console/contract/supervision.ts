import type { Ms } from './figure.ts';

/** A lane as it should be and as it is. */
export interface LaneView {
  readonly lane: 'critical' | 'background' | 'delivery';
  readonly phase: 'running' | 'pausing' | 'paused' | 'probing' | 'ramping';
  /** Empty while it runs. */
  readonly holds: readonly HoldView[];
  /** Of a lane that is held. */
  readonly nextProbe?: NextProbe;
  /** Probes that failed, and pauses before it ran again as configured. */
  readonly setbacks: number;
  /** While it returns: the most environments that each of its queues may use now, and since when. */
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
  /** Absent where time alone does not bring it. */
  readonly at?: Ms;
  /**
   * `operator`: somebody must resume it, nothing probes. `mappings`: they must read back as off first.
   * `breaker`: until its breaker may be probed. `cool-down`: until `at`. `message`: it is due, at the next wake of
   * the supervisor (each minute) it takes a message. `result`: a probe runs, at most until `at`.
   */
  readonly waitsFor: 'operator' | 'mappings' | 'breaker' | 'cool-down' | 'message' | 'result';
}

/** What feeds the lane's function from one of its queues. */
export interface MappingView {
  /** Without the stage's prefix. */
  readonly queue: string;
  readonly enabled: boolean;
  /** Environments at once; absent where nothing limits them. */
  readonly maxConcurrency?: number;
  readonly configuredMax: number;
  /** AWS is changing it. */
  readonly changing: boolean;
  /** Not as the lane's state wants it, and nobody is changing it: the supervisor does, within a minute. */
  readonly differs: boolean;
}

/** A node of the supervision tree. */
export interface NodeView {
  readonly name: string;
  /** Absent of the root. */
  readonly parent?: string;
  readonly depth: number;
  readonly kind: 'supervisor' | 'child';
  /** Of a supervisor. */
  readonly strategy?: 'one_for_one' | 'one_for_all' | 'rest_for_one';
  /** Of a child. */
  readonly restart?: 'permanent' | 'transient' | 'temporary';
  readonly functions: readonly string[];
  /** The functions that it lives within, where it has none of its own. */
  readonly within: readonly string[];
  /** It has one, and the lane is there in this stage. */
  readonly lane?: string;
  /** More restarts than `intensity` of age <= `periodMs` escalate: a child's own, or of what is below. */
  readonly intensity: number;
  readonly periodMs: number;
  /**
   * Times of the restarts that still count, oldest first, also such as have just left the period: count those
   * of age <= periodMs at the moment that you draw.
   */
  readonly restarts: readonly Ms[];
}

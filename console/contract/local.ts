/** The box of faults. It exists only next to `npm start`, where nothing can be harmed. */

import { MODES, type Mode } from '../../cli/downstream/control.ts';
import { SAMPLES as KINDS, type SampleKind } from '../../cli/local/sample-kinds.ts';

/** Samples to send. `kill` kills the whole environment. */
export const SAMPLES: readonly SampleKind[] = KINDS;
export type { SampleKind };

/** Ways in which a stand-in server can fail. */
export const SERVER_MODES: readonly Mode[] = MODES;
export type ServerMode = Mode;

export interface LocalState {
  /** The servers that `npm start -- --downstream` started. Empty without that option. */
  readonly servers: readonly {
    readonly name: 'downstream' | 'terminology';
    readonly mode: ServerMode;
    /** Calls so far, by the mode in which they were answered. */
    readonly calls: Readonly<Partial<Record<ServerMode, number>>>;
    /** Number of resources on the FHIR server. */
    readonly resources?: number;
  }[];
  /** Functions that can be killed or broken. Names without the stage's prefix. */
  readonly functions: readonly {
    readonly name: string;
    readonly environments: number;
    /** Its deployment fails to load. */
    readonly broken: boolean;
  }[];
}

export type LocalAct =
  | { readonly act: 'send'; readonly sample: SampleKind; readonly lane: 'critical' | 'background' }
  | { readonly act: 'kill'; readonly function: string }
  | {
      readonly act: 'server';
      readonly name: 'downstream' | 'terminology';
      readonly mode: ServerMode;
    }
  /** `count` is at most 100,000. Returns the run's id. */
  | { readonly act: 'flood'; readonly lane: 'critical' | 'background'; readonly count: number }
  /** `break`: the function's next environments fail to load. `mend` deploys the previous code. */
  | { readonly act: 'break' | 'mend'; readonly function: string };

export interface LocalDone {
  readonly message: string;
  /** For `send`: the message to look at. */
  readonly messageId?: string;
  /** For `flood`: the id of its run. */
  readonly run?: string;
  readonly commandLine: string;
}

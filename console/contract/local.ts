/** The box of faults: there only beside `npm start`, where nothing can be harmed. */

import { MODES, type Mode } from '../../cli/downstream/control.ts';
import { SAMPLES as KINDS, type SampleKind } from '../../cli/local/sample-kinds.ts';

/** What can be sent. `kill` takes the whole environment along. */
export const SAMPLES: readonly SampleKind[] = KINDS;
export type { SampleKind };

/** How a server can be made. */
export const SERVER_MODES: readonly Mode[] = MODES;
export type ServerMode = Mode;

export interface LocalState {
  /** Those that `npm start -- --downstream` started; empty without it. */
  readonly servers: readonly {
    readonly name: 'downstream' | 'terminology';
    readonly mode: ServerMode;
    /** Calls so far, by the mode they met. */
    readonly calls: Readonly<Partial<Record<ServerMode, number>>>;
    /** Resources that the FHIR server has. */
    readonly resources?: number;
  }[];
  /** Functions that can be killed or broken, without the stage's prefix. */
  readonly functions: readonly {
    readonly name: string;
    readonly environments: number;
    /** Its deployment does not load. */
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
  /** `count` at most 100,000. Answers with the run's id. */
  | { readonly act: 'flood'; readonly lane: 'critical' | 'background'; readonly count: number }
  /** The function's next environments do not load; `mend` deploys what was there before. */
  | { readonly act: 'break' | 'mend'; readonly function: string };

export interface LocalDone {
  readonly message: string;
  /** Of `send`: whose life can be looked at. */
  readonly messageId?: string;
  /** Of `flood`. */
  readonly run?: string;
  readonly commandLine: string;
}

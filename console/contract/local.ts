/** The box of faults: there only beside `npm start`, where nothing can be harmed. */

export const KILLERS = ['throw', 'exit', 'heap', 'hang'] as const;
/**
 * `hostile` is a valid patient with script, markup and control characters in every string; `invalid` breaks a
 * rule of FHIR; killers do to their process what their names say.
 */
export const SAMPLES = ['good', 'invalid', 'hostile', ...KILLERS] as const;
export type SampleKind = (typeof SAMPLES)[number];

/** `partly`: every third call fails. `stop`: connections are cut, as if there were no server. */
export const SERVER_MODES = ['ok', 'slow', 'partly', 'fail', 'stop'] as const;
export type ServerMode = (typeof SERVER_MODES)[number];

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

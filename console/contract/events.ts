/**
 * The events of the event stream. One reader serves all pages. It stops when the last stream ends,
 * so a page that is hidden should end its stream (`visibilitychange`) and open it again when it is
 * visible.
 *
 * Each event is `event: NAME` and one `data:` line of JSON. A comment line every 15 s keeps the
 * stream open. A new stream starts with `hello`, then the current state of all the others. There
 * are no ids, because a page that reconnects gets everything again.
 */
import type { Ms } from './figure.ts';
import type { FlowNews } from './flow.ts';
import type { Run } from './runs.ts';
import type { Snapshot } from './snapshot.ts';

export interface Events {
  readonly hello: Hello;
  /** All figures, every {@link Hello.everyMs}. */
  readonly snapshot: Snapshot;
  /** First all points that are kept, then the new ones. A point replaces one with the same `at`. */
  readonly flow: FlowNews;
  /** All runs that are kept, newest first. Sent whenever one of them changes. */
  readonly runs: readonly Run[];
  /** The server stops. The message is the reason, for a person. */
  readonly bye: { readonly message: string };
}

export interface Hello {
  readonly now: Ms;
  readonly stage: string;
  /**
   * The place of the stage: `AWS eu-central-1, account 123456789012`, or the address of an
   * emulator.
   */
  readonly place: string;
  /** Whether acts are allowed (`--operate`). */
  readonly operate: boolean;
  /** The name under which acts are recorded. */
  readonly by: string;
  /** Whether there is a box of faults. */
  readonly local: boolean;
  /** Interval of the snapshots. */
  readonly everyMs: number;
  /**
   * Options such as `--stage dev` for each command line that is shown. Empty for the default stage.
   */
  readonly cliOptions: string;
}

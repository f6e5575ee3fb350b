/**
 * What the event stream sends. One reader serves all pages; it stops when the last stream ends, so a page that
 * is hidden should end its own (`visibilitychange`) and begin again when it is seen.
 *
 * Each event is `event: NAME` and one `data:` line of JSON; a comment line every 15 s keeps it open. On
 * connecting: `hello`, then what is known of the others at once. There are no ids: whoever connects again is told all.
 */
import type { Ms } from './figure.ts';
import type { FlowNews } from './flow.ts';
import type { Run } from './runs.ts';
import type { Snapshot } from './snapshot.ts';

export interface Events {
  readonly hello: Hello;
  /** All figures, every {@link Hello.everyMs}. */
  readonly snapshot: Snapshot;
  /** On connecting all that is kept, then what came since: a point replaces one of the same `at`. */
  readonly flow: FlowNews;
  /** All runs that are kept, the latest first, whenever one of them changes. */
  readonly runs: readonly Run[];
  /** The server stops; its reason is for a person. */
  readonly bye: { readonly message: string };
}

export interface Hello {
  readonly now: Ms;
  readonly stage: string;
  /** Where the stage is: `AWS eu-central-1, account 123456789012`, or the address of an emulator. */
  readonly place: string;
  /** Whether acts are taken (`--operate`). */
  readonly operate: boolean;
  /** In whose name acts are recorded. */
  readonly by: string;
  /** Whether the box of faults is there. */
  readonly local: boolean;
  /** How often a snapshot comes. */
  readonly everyMs: number;
  /** Such as `--stage dev`, behind each command line that is shown; empty for the stage that is the default. */
  readonly cliOptions: string;
}

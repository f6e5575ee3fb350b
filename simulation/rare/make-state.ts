import type { Seen } from '../checker.ts';
import type { Effect } from '../effects.ts';
import type { Host } from '../host.ts';

/** Makes the watch for a rare state: whether this effect reaches it. What it needs to know of earlier ones it keeps. */
export type MakeState = (seen: Seen) => (effect: Effect, by: Host | undefined) => boolean;

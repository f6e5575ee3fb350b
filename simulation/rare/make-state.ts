import type { Seen } from '../checker.ts';
import type { Effect } from '../effects.ts';
import type { Host } from '../host.ts';

/**
 * Makes the watch for a rare state. The watch returns whether this effect reaches the state, and
 * remembers what it needs of earlier effects.
 */
export type MakeState = (seen: Seen) => (effect: Effect, by: Host | undefined) => boolean;

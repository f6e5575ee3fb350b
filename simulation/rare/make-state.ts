import type { Seen } from '../checker.ts';
import type { Effect, EffectOf } from '../effects.ts';
import type { Host } from '../host.ts';

type Kind = Effect['kind'];

/** Returns whether this effect reaches the state, and remembers what it needs of earlier effects. */
export type Reaches<K extends Kind = Kind> = (effect: EffectOf<K>, by: Host | undefined) => boolean;

/** The watch for a rare state: the effects that it looks at, and how it is made for a run. */
export interface MakeState {
  readonly kinds: readonly Kind[];
  make(seen: Seen): Reaches;
}

/** The watch is given effects of these kinds only, so its type may ask for them. */
export function on<K extends Kind>(
  kinds: readonly K[],
  make: (seen: Seen) => Reaches<K>,
): MakeState {
  return { kinds, make: make as unknown as MakeState['make'] };
}

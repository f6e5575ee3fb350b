/** Which profiles a configuration asks for, beside those that a resource names. */

/** Canonical urls of profiles for one type of resource. */
export interface Wanted {
  readonly always: readonly string[];
  /** For a resource that names no profile that is at hand. */
  readonly ifNoneDeclared: readonly string[];
}

/** By type of resource. */
export type Selection = Readonly<Record<string, Wanted>>;

/** For everybody, and for sources that the configuration names. */
export interface Selections {
  readonly default: Selection;
  readonly sources: Readonly<Record<string, Selection>>;
}

/** Profiles that a configuration asks for, in addition to those that a resource declares. */

/** Canonical urls of profiles for one type of resource. */
export interface Wanted {
  readonly always: readonly string[];
  /** Used if the resource declares no profile that is loaded. */
  readonly ifNoneDeclared: readonly string[];
}

/** By resource type. */
export type Selection = Readonly<Record<string, Wanted>>;

/** The default, and those of sources that have their own. */
export interface Selections {
  readonly default: Selection;
  readonly sources: Readonly<Record<string, Selection>>;
}

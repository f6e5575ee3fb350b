/** What one validation may report, and how severely. */
import type { Selection } from './selection.ts';

export type Policy = 'error' | 'warning' | 'ignore';

/** Severities for what the base specification leaves open. The configuration sets them. */
export interface Policies {
  /** An extension that no loaded definition describes. */
  readonly unknownExtension: Policy;
  /** A reference to a resource of a type that the element does not allow. */
  readonly referenceTarget: Policy;
  /** A profile in meta.profile that no configured package has. */
  readonly unknownProfile: Policy;
}

export interface Settings extends Policies {
  readonly issuesMax: number;
  /**
   * Whether the caller can ask a terminology server about codes that no loaded definition decides.
   */
  readonly undecided?: boolean;
  /** Profiles that the configuration asks for, whatever a resource declares. */
  readonly selection?: Selection;
  /** Epoch ms, for limits relative to now. Default: the clock. */
  readonly now?: number;
  /** Names of all resource types. */
  readonly resourceTypes: { has(name: string): boolean };
}

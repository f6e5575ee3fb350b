/** What a profile says beyond its base, as the compiler writes it and the checks read it. */
import type { CodeSet } from './bindings.ts';
import type { OpenSet } from './open-bindings.ts';
import type { Report } from './report.ts';

export interface Profile {
  readonly url: string;
  readonly version?: string;
  /** The resource or data type that it constrains. */
  readonly type: string;
  readonly content: Content;
}

/** Constraints on a value, and on the elements in it. */
export interface Content {
  /** Must be exactly this. */
  readonly fixed?: unknown;
  /** Must have at least this. */
  readonly pattern?: unknown;
  /** Required binding. */
  readonly set?: CodeSet;
  /** Binding that the definitions do not decide. */
  readonly open?: { readonly set: OpenSet; readonly strength: 'required' | 'extensible' };
  /** `|Patient|Group|`: types that a reference may lead to. */
  readonly targets?: string;
  /** Profiles of the value's own type, of which it must conform to one. */
  readonly profiles?: readonly string[];
  /** Invariants that the profile adds. */
  readonly check?: (value: unknown, report: Report, sibling: unknown) => void;
  readonly elements?: readonly ElementRule[];
}

export interface ElementRule extends Content {
  readonly name: string;
  /** A choice has several JSON names: `value` is `valueString`, `valueQuantity`, … */
  readonly isChoice?: true;
  /** `|Quantity|string|`: types of a choice that are left. */
  readonly types?: string;
  readonly min?: number;
  readonly max?: number;
  readonly slicing?: Slicing;
}

export interface Slicing {
  /** No item may be in no slice. */
  readonly isClosed?: true;
  readonly slices: readonly Slice[];
}

export interface Slice extends Content {
  readonly slice: string;
  readonly min?: number;
  readonly max?: number;
  /** All must hold for an item to be in the slice. */
  readonly match: readonly Matcher[];
}

/** What one discriminator asks of the value at its path. */
export interface Matcher {
  /** Steps from the item; none is the item itself. */
  readonly path: readonly string[];
  readonly fixed?: unknown;
  readonly pattern?: unknown;
  readonly set?: CodeSet;
  readonly types?: string;
  readonly exists?: boolean;
}

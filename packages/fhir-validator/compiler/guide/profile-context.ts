/**
 * The state while the profiles of one package are compiled, with the rules that could not be
 * compiled.
 */
import type { CodeSets } from '../code-sets.ts';
import type { StructureDefinition } from '../definitions.ts';
import type { Invariants } from '../invariants.ts';
import type { TypeModel } from '../type-model.ts';
import type { Constants } from './constants.ts';
import type { Place } from './place.ts';
import type { ProfileNode } from './profile-tree.ts';

/** A rule of a profile that is not enforced. */
export interface Gap {
  /** Canonical url of the profile. */
  readonly profile: string;
  /** `invariant us-core-17`, `slice Patient.identifier:NPI`, `value set …` */
  readonly what: string;
  readonly why: string;
  /**
   * True if no loaded definition decides the rule, but the runtime reports it: a code that a
   * terminology server knows, or an extension by the policy for unknown ones. The build prints it
   * and does not fail.
   */
  readonly isOpen: boolean;
}

/** A profile that compiled code may call. */
export interface ProfileRef {
  /** Name of the generated function. */
  readonly name: string;
  readonly structure: StructureDefinition;
}

export interface ProfileContext {
  readonly model: TypeModel;
  readonly codeSets: CodeSets;
  readonly invariants: Invariants;
  readonly constants: Constants;
  /** Emits the constraints of a node on one value and everything below it, as statements. */
  content(node: ProfileNode, place: Place, already: readonly ProfileNode[]): string;
  /** The profile with that canonical url, as this package sees it. Marks it to be compiled. */
  profile(canonical: string): ProfileRef | undefined;
  /** The definition with that canonical url. Marks nothing. */
  structure(canonical: string): StructureDefinition | undefined;
  /** Whether the definition of an extension is loaded. Marks it to be compiled. */
  needsExtension(canonical: string): boolean;
  /** The tree of a profile or type as this package sees it. */
  treeOf(canonical: string): ProfileNode | undefined;
  /** The profile that is being compiled. */
  readonly url: string;
  /** Name of the constant that holds its url. */
  readonly urlName: string;
  /** The type that it constrains, which is the first step of its paths. */
  readonly rootType: string;
  readonly gaps: Gap[];
}

export function gap(context: ProfileContext, what: string, why: string, isOpen = false): void {
  const { gaps, url } = context;
  if (gaps.some((each) => each.profile === url && each.what === what)) return;
  gaps.push({ profile: url, what, why, isOpen });
}

export const BASE_URL = 'http://hl7.org/fhir/StructureDefinition/';

/** The type that a canonical url of the base specification names. Undefined for any other url. */
export function baseTypeOf(canonical: string, model: TypeModel): string | undefined {
  const url = canonical.split('|')[0] ?? canonical;
  const name = url.startsWith(BASE_URL) ? url.slice(BASE_URL.length) : '';
  return model.get(name)?.kind === undefined ? undefined : name;
}

export function q(text: string): string {
  return JSON.stringify(text);
}

/** The state of the compilation of one package's profiles, and the rules that it could not compile. */
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
   * No loaded definition decides it, and the runtime reports it where it matters: a code that a
   * terminology server knows, or an extension by the policy for unknown ones. The build prints it, but
   * does not fail.
   */
  readonly isOpen: boolean;
}

/** A profile that compiled code may call. */
export interface ProfileRef {
  /** Of its generated function. */
  readonly name: string;
  readonly structure: StructureDefinition;
}

export interface ProfileContext {
  readonly model: TypeModel;
  readonly codeSets: CodeSets;
  readonly invariants: Invariants;
  readonly constants: Constants;
  /** A node's constraints on one value and everything below it, as statements. */
  content(node: ProfileNode, place: Place, already: readonly ProfileNode[]): string;
  /** The profile with that canonical url as this package sees it; it will be compiled too. */
  profile(canonical: string): ProfileRef | undefined;
  /** Whether an extension's definition is loaded; it will be compiled too. */
  needsExtension(canonical: string): boolean;
  /** The tree of a profile or type as this package sees it. */
  treeOf(canonical: string): ProfileNode | undefined;
  /** The profile that is being compiled. */
  readonly url: string;
  /** Constant with its url. */
  readonly urlName: string;
  /** First step of paths in it: the type that it constrains. */
  readonly rootType: string;
  readonly gaps: Gap[];
}

export function gap(context: ProfileContext, what: string, why: string, isOpen = false): void {
  const { gaps, url } = context;
  if (gaps.some((each) => each.profile === url && each.what === what)) return;
  gaps.push({ profile: url, what, why, isOpen });
}

export const BASE_URL = 'http://hl7.org/fhir/StructureDefinition/';

/** The type that a canonical url of the base specification names, if it is one. */
export function baseTypeOf(canonical: string, model: TypeModel): string | undefined {
  const url = canonical.split('|')[0] ?? canonical;
  const name = url.startsWith(BASE_URL) ? url.slice(BASE_URL.length) : '';
  return model.get(name)?.kind === undefined ? undefined : name;
}

export function q(text: string): string {
  return JSON.stringify(text);
}

/**
 * What came of one resource.
 *
 * A resource is `valid`, `invalid`, or a crash. Invalid is an answer: it is never retried and never
 * counts to an incident. A crash is a process that died (or an exception nobody meant) while it
 * worked on this resource: it says nothing about the neighbours in its batch (R01).
 */

export const CRASH_KINDS = ['exception', 'timeout', 'out-of-memory', 'exit'] as const;
export type CrashKind = (typeof CRASH_KINDS)[number];

/** One issue of an OperationOutcome: https://hl7.org/fhir/R4/operationoutcome.html */
export interface Issue {
  readonly severity: 'error' | 'warning' | 'information';
  /** A code of http://hl7.org/fhir/issue-type */
  readonly code: string;
  /** For humans; may quote a value, so it goes to Quarantine and nowhere else (R08). */
  readonly text: string;
  /** Stable id of the rule that is broken: `dom-3`, `fhir-r4/date`. Free of PHI. */
  readonly rule?: string;
  /** FHIRPath with indices, such as `Patient.name[0].given[1]`. */
  readonly expression?: string;
  /** `package#version` of the implementation guide whose profile or extension it breaks. */
  readonly guide?: string;
  /** The plugin that found it, where it was not the validator. */
  readonly plugin?: string;
  /** Codings that the definitions at hand do not decide: until that is settled, `information`. */
  readonly undecided?: Undecided;
}

/** A binding to a value set that only a terminology server knows, and the codings that are bound. */
export interface Undecided {
  readonly valueSet: string;
  readonly strength: 'required' | 'extensible';
  /** At least one; the binding is kept if any of them is in the value set. */
  readonly codings: readonly BoundCoding[];
  /** What the issue says if none is. */
  readonly otherwise: string;
}

/** As far as it goes to a terminology server: https://hl7.org/fhir/R4/datatypes.html#Coding */
export interface BoundCoding {
  readonly system: string;
  readonly version?: string;
  readonly code: string;
}

/** A plugin that died, hung or answered what nobody can read, and how; free of PHI (R08). */
export interface PluginCrash {
  readonly plugin: string;
  readonly crash: CrashKind;
  readonly reason: string;
}

/** Who the resource says it is, as far as it says so. */
export interface Identity {
  readonly resourceType?: string;
  readonly id?: string;
}

/** What a resource that was judged has besides its verdict. */
interface Judged extends Identity {
  readonly issues: Issue[];
  /** Of advisory plugins: of a required one the crash is the verdict. */
  readonly pluginCrashes?: readonly PluginCrash[];
}

export type Verdict =
  | (Judged & { readonly kind: 'valid'; readonly resourceType: string })
  | (Judged & { readonly kind: 'invalid' })
  | {
      readonly kind: 'crash';
      readonly crash: CrashKind;
      readonly reason: string;
      /** The required plugin whose crash it is. */
      readonly plugin?: string;
    };

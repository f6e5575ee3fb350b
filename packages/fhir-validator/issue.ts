/** One issue of an OperationOutcome: https://hl7.org/fhir/R4/operationoutcome.html */
export interface Issue {
  readonly severity: 'error' | 'warning' | 'information';
  /** A code of http://hl7.org/fhir/issue-type */
  readonly code: string;
  /** For humans; may quote a value, so it is not for logs. */
  readonly text: string;
  /** Stable id of the rule that is broken: `dom-3`, `fhir-r4/date`. Free of PHI. */
  readonly rule?: string;
  /** FHIRPath with indices, such as `Patient.name[0].given[1]`. */
  readonly expression?: string;
  /** `package#version` of the implementation guide whose profile or extension it breaks. */
  readonly guide?: string;
  /** The plugin that found it, where it was not the validator. */
  readonly plugin?: string;
  /** Codings that the loaded definitions do not decide; `information` until they are decided. */
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

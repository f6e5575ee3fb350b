/** One issue of an OperationOutcome: https://hl7.org/fhir/R4/operationoutcome.html */
export interface Issue {
  readonly severity: 'error' | 'warning' | 'information';
  /** A code of http://hl7.org/fhir/issue-type */
  readonly code: string;
  /** Text for humans. It may quote a value (PHI), so it must not be logged. */
  readonly text: string;
  /** Stable id of the broken rule: `dom-3`, `fhir-r4/date`. Free of PHI. */
  readonly rule?: string;
  /** FHIRPath with indices, such as `Patient.name[0].given[1]`. */
  readonly expression?: string;
  /** `package#version` of the implementation guide that has the broken profile or extension. */
  readonly guide?: string;
  /** Name of the plugin that found the issue. Absent if the validator found it. */
  readonly plugin?: string;
  /**
   * Codings that no loaded definition decides. Such an issue is `information` until they are
   * decided.
   */
  readonly undecided?: Undecided;
}

/**
 * A binding to a value set that only a terminology server can decide, with the codings of the
 * element.
 */
export interface Undecided {
  readonly valueSet: string;
  readonly strength: 'required' | 'extensible';
  /** At least one. The binding is satisfied if any of them is in the value set. */
  readonly codings: readonly BoundCoding[];
  /** Text of the issue if none of the codings is in the value set. */
  readonly otherwise: string;
}

/**
 * The parts of a Coding that are sent to a terminology server:
 * https://hl7.org/fhir/R4/datatypes.html#Coding
 */
export interface BoundCoding {
  readonly system: string;
  readonly version?: string;
  readonly code: string;
}

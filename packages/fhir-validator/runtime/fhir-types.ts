/** Names of data types, in FHIR and at the end of a choice's JSON name (`valueDateTime`). */

const PRIMITIVES =
  'base64Binary boolean canonical code date dateTime decimal id instant integer markdown oid ' +
  'positiveInt string time unsignedInt uri url uuid';
/** https://hl7.org/fhir/R4/datatypes.html#open */
const COMPLEX =
  'Address Age Annotation Attachment CodeableConcept Coding ContactPoint Count Distance Duration ' +
  'HumanName Identifier Money Period Quantity Range Ratio Reference SampledData Signature Timing ' +
  'ContactDetail Contributor DataRequirement Expression ParameterDefinition RelatedArtifact ' +
  'TriggerDefinition UsageContext Dosage Meta';

const BY_SUFFIX = new Map(
  `${PRIMITIVES} ${COMPLEX}`
    .split(' ')
    .map((name) => [name.charAt(0).toUpperCase() + name.slice(1), name]),
);

/** `dateTime` for the suffix `DateTime`. A text that is not a type is returned unchanged. */
export function fhirType(suffix: string): string {
  return BY_SUFFIX.get(suffix) ?? suffix;
}

export function isChoiceType(suffix: string): boolean {
  return BY_SUFFIX.has(suffix);
}

/** `a, b or c` */
export function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

/** `a date`, `an integer` */
export function withArticle(type: string): string {
  return `${/^(?:[aeio]|unsigned)/i.test(type) ? 'an' : 'a'} ${type}`;
}

/**
 * Intended differences between HL7's validator and ours: the rule, whose it is, and why the other
 * side is right.
 */

export type Side = 'ours' | 'hl7';

interface Argument {
  /** Who rejects. */
  readonly side: Side;
  readonly rule: RegExp;
  readonly says?: RegExp;
  readonly because: string;
}

export const ARGUMENTS: readonly Argument[] = [
  {
    side: 'hl7',
    rule: /^TYPE_SPECIFIC_CHECKS_CANONICAL_ABSOLUTE$/,
    because: 'R4 lets a canonical be relative, and its examples are: ours warns',
  },
  {
    side: 'hl7',
    rule: /^Terminology_PassThrough_TX_Message$/,
    says: /unitsofmeasure/,
    because: 'a unit that UCUM does not know, where R4 binds no value set',
  },
  {
    side: 'hl7',
    rule: /^Terminology_PassThrough_TX_Message$/,
    says: /ValueSet\/languages/,
    because: 'a language of BCP 47 that HAPI does not know offline',
  },
  {
    side: 'hl7',
    rule: /^Terminology_(TX_NoValid_|PassThrough_TX_Message)/,
    says: /snomed|loinc/i,
    because: 'a value set of SNOMED CT or LOINC, which only a terminology server can decide',
  },
  {
    side: 'hl7',
    rule: /^Terminology_(TX_NoValid_|PassThrough_TX_Message)/,
    says: /in-memory expansion|Unknown code/,
    because: 'the value set lists the code, and HAPI cannot expand the set offline',
  },
  {
    side: 'hl7',
    rule: /^Extension_EXT_Version_Invalid$/,
    because: 'an extension made of an element of R5 is unknown here, which is a warning by default',
  },
  {
    side: 'hl7',
    rule: /^thrown$/,
    says: /Unknown base definition/,
    because:
      'the base of the profile is in a package that is not at hand: the build says so, HAPI fails',
  },
  {
    side: 'hl7',
    rule: /^BUNDLE_BUNDLE_ENTRY_FULLURL_REQUIRED$/,
    because: 'the outcome of a search has no identity, so its entry needs no fullUrl',
  },
  {
    side: 'hl7',
    rule: /^BUNDLE_BUNDLE_ENTRY_NOTFOUND_CANNOT$/,
    because: 'what a relative reference leads to need not be in the Bundle',
  },
  {
    side: 'hl7',
    rule: /^MEASURE_M_/,
    because: 'R4 has no rule that a Measure with CQL names a library',
  },
  {
    side: 'hl7',
    rule: /^CONCEPTMAP_GROUP_TARGET_CODE_INVALID$/,
    because: 'a map may name a code that its target system has dropped: R4 does not bind it',
  },
  {
    side: 'hl7',
    rule: /^TYPE_SPECIFIC_CHECKS_DT_ATT_HASH_MISMATCH$/,
    because: 'a hash is of the data behind the url too; R4 has no rule that compares it',
  },
  {
    side: 'hl7',
    rule: /^TYPE_SPECIFIC_CHECKS_DT_ATT_B64_DECODE_FAIL$/,
    because: "R4's own expression for base64Binary allows white space",
  },
  {
    side: 'ours',
    rule: /^fhir-r4\/reference-target$/,
    because:
      'the element names the types that may be referenced, and HL7 asks only what it can resolve',
  },
];

/** The argument for a difference, if there is one. */
export function argumentFor(side: Side, rule: string, says: string): Argument | undefined {
  return ARGUMENTS.find(
    (each) => each.side === side && each.rule.test(rule) && (each.says?.test(says) ?? true),
  );
}

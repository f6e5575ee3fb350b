/**
 * Corrections of invariants that R4 published with errors, each with its reason. Most are in HL7's
 * own list (FHIRPathExpressionFixer in its Java validator), marked `HL7`. `R5` marks the text of
 * the next version of the specification. A correction applies only to exactly this text, so a
 * package that has the correct rule is not changed.
 */
interface Override {
  readonly keys: readonly string[];
  readonly published: string;
  readonly expression: string;
  readonly reason: string;
}

const NAME = `name.matches('[A-Z]([A-Za-z0-9_]){0,254}')`;
const SEGMENT = String.raw`[^\\s\\.,:;\\\'"\\/|?!@#$%&*()\\[\\]{}]{1,64}`;
const PATH = String.raw`${SEGMENT}(\\.${SEGMENT}(\\[x\\])?(\\:[^\\s\\.]+)?)*`;
const TYPED_PATH = String.raw`[A-Za-z][A-Za-z0-9]*(\\.[a-z][A-Za-z0-9]*(\\[x])?)*`;

export const OVERRIDES: readonly Override[] = [
  {
    keys: ['que-12'],
    published: 'enableWhen.count() > 2 implies enableBehavior.exists()',
    expression: 'enableWhen.count() >= 2 implies enableBehavior.exists()',
    reason: 'HL7: the text says "if there are more than one enableWhen"',
  },
  {
    keys: ['ras-2'],
    published: 'probability is decimal implies (probability as decimal) <= 100',
    expression:
      '(probability.exists() and (probability is decimal)) implies ((probability as decimal) <= 100)',
    reason: 'HL7: without a probability the published text is empty, which is not true',
  },
  {
    keys: ['ref-1'],
    published:
      "reference.startsWith('#').not() or (reference.substring(1).trace('url') in %rootResource.contained.id.trace('ids'))",
    expression:
      "reference.exists() implies (reference = '#' or (reference.startsWith('#').not() or (reference.substring(1).trace('url') in %rootResource.contained.id.trace('ids'))))",
    reason: 'HL7: a Reference may have no reference, and # alone is the container',
  },
  {
    keys: ['bdl-8'],
    published: "fullUrl.contains('/_history/').not()",
    expression: "fullUrl.exists() implies fullUrl.contains('/_history/').not()",
    reason: 'HL7: fullUrl is optional',
  },
  {
    keys: [
      ...['adf', 'cid', 'cmd', 'cpb', 'cpd', 'csd', 'ees', 'esc', 'evd', 'evi', 'evv', 'gdf'],
      ...['ig', 'inv', 'lib', 'mea', 'msd', 'nsd', 'opd', 'pdf', 'que', 'red', 'rsd', 'rvs'],
      ...['sdf', 'smp', 'spd', 'tcp', 'tst', 'vsd'],
    ].map((prefix) => `${prefix}-0`),
    published: NAME,
    expression: `name.exists() implies name.matches('^[A-Z]([A-Za-z0-9_]){0,254}$')`,
    reason: 'HL7: name is optional (ChargeItemDefinition has none), and matches() is not anchored',
  },
  {
    keys: ['eld-19'],
    published: `path.matches('${PATH}')`,
    expression: `path.matches('^${PATH}$')`,
    reason: 'HL7: matches() is not anchored',
  },
  {
    keys: ['eld-20'],
    published: `path.matches('${TYPED_PATH}')`,
    expression: `path.matches('^${TYPED_PATH}$')`,
    reason: 'HL7: matches() is not anchored',
  },
  {
    keys: ['dom-6'],
    published: 'text.`div`.exists()',
    expression: '(%rootResource != $this) or text.`div`.exists()',
    reason: 'HL7: contained resources need no narrative',
  },
  {
    keys: ['dom-3'],
    published:
      "contained.where((('#'+id in (%resource.descendants().reference | %resource.descendants().as(canonical) | %resource.descendants().as(uri) | %resource.descendants().as(url))) or descendants().where(reference = '#').exists() or descendants().where(as(canonical) = '#').exists() or descendants().where(as(canonical) = '#').exists()).not()).trace('unmatched', id).empty()",
    expression: 'containedIsReferenced()',
    reason:
      'as() is for one item: ofType() is meant, of uri (and so of url) the second time that canonical ' +
      'is asked for. Ours walks once, not once for each contained resource, and goes by names',
  },
  {
    keys: ['ctm-1'],
    published:
      'onBehalfOf.exists() implies (member.resolve().iif(empty(), true, ofType(Practitioner).exists()))',
    expression:
      'onBehalfOf.exists() implies (member.resolveContained().iif(empty(), true, ofType(Practitioner).exists()))',
    reason: 'other resources are not at hand, and the rule itself lets pass what is not resolved',
  },
  {
    keys: ['tim-9'],
    published: "offset.empty() or (when.exists() and ((when in ('C' | 'CM' | 'CD' | 'CV')).not()))",
    expression:
      "offset.empty() or (when.exists() and when.select($this in ('C' | 'CM' | 'CD' | 'CV')).allFalse())",
    reason: 'R5: `in` is for one item, and when repeats',
  },
  {
    keys: ['que-7'],
    published: "operator = 'exists' implies (answer is Boolean)",
    expression: "operator = 'exists' implies (answer is boolean)",
    reason: 'R5: Boolean is a type of FHIRPath itself, and no element of a resource has it',
  },
  {
    keys: ['per-1'],
    published: 'start.hasValue().not() or end.hasValue().not() or (start <= end)',
    expression: 'start.isSurelyAfter(end).not()',
    reason:
      '"2012-02-03T10:00 is in a period that has an end value of 2012-02-03", says Period.end',
  },
  {
    keys: ['mdd-1'],
    published: 'whenHandedOver.empty() or whenPrepared.empty() or whenHandedOver >= whenPrepared',
    expression: 'whenPrepared.isSurelyAfter(whenHandedOver).not()',
    reason: 'as per-1: different precision may leave the order open',
  },
  {
    keys: ['inv-1'],
    published:
      'lastModified.exists().not() or authoredOn.exists().not() or lastModified >= authoredOn',
    expression: 'authoredOn.isSurelyAfter(lastModified).not()',
    reason: 'as per-1: different precision may leave the order open',
  },
  {
    keys: ['rng-2'],
    published: 'low.empty() or high.empty() or (low <= high)',
    expression: 'iif(low > high, false, true)',
    reason: 'different units leave the order open',
  },
  {
    keys: ['tim-4'],
    published: 'duration.exists() implies duration >= 0',
    expression: 'duration.hasValue() implies duration >= 0',
    reason: 'an element may have an extension (data-absent-reason) in place of its value',
  },
  {
    keys: ['tim-5'],
    published: 'period.exists() implies period >= 0',
    expression: 'period.hasValue() implies period >= 0',
    reason: 'as tim-4',
  },
  {
    keys: ['inv-1'],
    published: 'substanceExposureRisk.exists() and code.empty()',
    expression: '%resource.code.empty()',
    reason: 'the paths are those of the AllergyIntolerance, not of the extension in it',
  },
];

const BY_TEXT = new Map(OVERRIDES.map((each) => [each.published, each.expression]));

/**
 * The expression to compile for a published one. It is the same one unless a correction applies.
 */
export function corrected(expression: string): string {
  return BY_TEXT.get(expression) ?? expression;
}

import { describe, expect, test } from 'vitest';
import { validateText } from '../../../packages/fhir-validator/validator.ts';
import { readExamples } from './support/examples.ts';

/** Examples that do violate R4: the text of the first error, and its rule. */
const VIOLATIONS: Record<string, { says: RegExp; rule: string }> = {
  'ActivityDefinition-blood-tubes-supply.json': {
    says: /txt-2/,
    rule: 'narrative without content',
  },
  'ActivityDefinition-heart-valve-replacement.json': {
    says: /txt-2/,
    rule: 'narrative without content',
  },
  'EventDefinition-example.json': { says: /txt-2/, rule: 'narrative without content' },
  'Questionnaire-zika-virus-exposure-assessment.json': {
    says: /txt-2/,
    rule: 'narrative without content',
  },
  'Media-sound.json': { says: /'#11' leads to nothing/, rule: 'a local image is in the resource' },
  'Questionnaire-qs1.json': { says: /linkId is required/, rule: 'linkId is 1..1' },
  'Bundle-v2-valuesets.json': { says: /not a valid code/, rule: 'whitespace at the end of a code' },
  'Library-zika-virus-intervention-logic.json': {
    says: /urn:oid:X\.Y\.Z/,
    rule: 'an OID is numbers',
  },
  'TerminologyCapabilities-example.json': {
    says: /lower-case/,
    rule: 'a UUID in a uri is lower case',
  },
  'DeviceMetric-example.json': { says: /DeviceDefinition may not/, rule: 'parent is a Device' },
  'DeviceUseStatement-example.json': {
    says: /Procedure may not/,
    rule: 'reasonReference is no Procedure',
  },
  'MedicationRequest-medrx0301.json': {
    says: /Practitioner may not/,
    rule: 'dispenseRequest.performer is an Organization',
  },
  'Observation-clinical-gender.json': {
    says: /Encounter may not/,
    rule: 'a performer is no Encounter',
  },
  'Organization-2.16.840.1.113883.19.5.json': {
    says: /absolute URI/,
    rule: 'system urn:ietf:rfc:3986: the value is a URI',
  },
  'Bundle-dataelements.json': {
    says: /absolute URI/,
    rule: 'system urn:ietf:rfc:3986: the value is a URI',
  },
  'Bundle-resources.json': {
    says: /absolute URI/,
    rule: 'system urn:ietf:rfc:3986: the value is a URI',
  },
  'Bundle-10bb101f-a121-4264-a920-67be9cb82c74.json': {
    says: /disagrees/,
    rule: 'fullUrl and id agree',
  },
  'Bundle-3a0707d3-549e-4467-b8b8-5a2ab3800efe.json': {
    says: /disagrees/,
    rule: 'fullUrl and id agree',
  },
  'Bundle-hla-1.json': {
    says: /'uri' is not defined/,
    rule: 'the definition of hla-genotyping-results-glstring has text and url',
  },
  'Bundle-lri-example.json': { says: /disagrees/, rule: 'fullUrl and id agree' },
  'Bundle-v3-valuesets.json': {
    says: /leads to nothing/,
    rule: 'local links in a narrative resolve',
  },
  'Bundle-valuesets.json': {
    says: /second property 'Laterality'/,
    rule: 'a CodeSystem defines a property once',
  },
};

const examples = readExamples();

describe('the official examples', () => {
  test('are complete', () => expect(examples.length).toBeGreaterThan(700));

  const firstErrors = new Map(
    examples.map(({ file, text }) => [
      file,
      validateText(text).issues.find(({ severity }) => severity === 'error'),
    ]),
  );

  test('are accepted, except those that violate R4', () => {
    const rejected = [...firstErrors].flatMap(([file, error]) =>
      error && !(file in VIOLATIONS) ? [`${file}: ${error.expression} ${error.text}`] : [],
    );
    expect(rejected).toEqual([]);
  });

  const violations = Object.entries(VIOLATIONS).map(([file, each]) => ({ file, ...each }));

  test.each(violations)('$file is rejected: $rule', ({ file, says }) => {
    expect(firstErrors.get(file)?.text).toMatch(says);
  });
});

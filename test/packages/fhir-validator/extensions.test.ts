import { describe, expect, test } from 'vitest';
import { validateResource } from '../../../packages/fhir-validator/validator.ts';
import { errors, NARRATIVE, patient, warnings } from './support/patient.ts';

const CORE = 'http://hl7.org/fhir/StructureDefinition';
const extended = (extension: Record<string, unknown>) =>
  errors(patient({ extension: [extension] }));

describe('any extension', () => {
  test.each([
    [{ valueBoolean: true }, 'required Patient.extension[0]'],
    [{ url: 'http://a.b/c' }, 'invariant Patient.extension[0]'],
    [{ url: 'relative', valueBoolean: true }, 'value Patient.extension[0]'],
    [{ url: 'http://a.b/c|1.0', valueBoolean: true }, 'value Patient.extension[0]'],
    [
      { url: 'http://a.b/c', valueBoolean: true, extension: [{ url: 'd', valueCode: 'e' }] },
      'invariant Patient.extension[0]',
    ],
  ])('%j', (extension, expected) => expect(extended(extension)).toContain(expected));

  test('is a warning if it is unknown, or what the policy says', () => {
    const unknown = patient({ extension: [{ url: 'http://a.b/c', valueBoolean: true }] });
    expect(errors(unknown)).toEqual([]);
    expect(warnings(unknown)).toEqual(['extension Patient.extension[0]']);
    expect(errors(unknown, { unknownExtension: 'error' })).toHaveLength(1);
    expect(warnings(unknown, { unknownExtension: 'ignore' })).toEqual([]);
  });
});

describe('the core extensions follow their own definitions', () => {
  test('in the places where they may be', () => {
    const place = { url: `${CORE}/patient-birthPlace`, valueAddress: { text: 'a' } };
    expect(extended(place)).toEqual([]);
    expect(errors(patient({ name: [{ text: 'a', extension: [place] }] }))).toEqual([
      'extension Patient.name[0].extension[0]',
    ]);
  });

  test('on primitives, by their path and by their type', () => {
    const family = { url: `${CORE}/humanname-mothers-family`, valueString: 'a' };
    const name = { family: 'a', _family: { extension: [family] } };
    expect(errors(patient({ name: [name] }))).toEqual([]);
    expect(errors(patient({ name: [{ text: 'a', extension: [family] }] }))).toEqual([
      'extension Patient.name[0].extension[0]',
    ]);
  });

  test('in places that a context invariant permits', () => {
    const unit = { url: `${CORE}/questionnaire-unit`, valueCoding: { code: 'a' } };
    const form = (item: Record<string, unknown>) => ({
      resourceType: 'Questionnaire',
      text: NARRATIVE,
      status: 'draft',
      item: [{ linkId: '1', text: 'a', ...item }],
    });
    expect(errors(form({ type: 'decimal', extension: [unit] }))).toEqual([]);
    expect(errors(form({ type: 'string', extension: [unit] }))).toEqual([
      'extension Questionnaire.item[0].extension[0]',
    ]);
    const most = { url: `${CORE}/questionnaire-maxOccurs`, valueInteger: 1 };
    expect(errors(form({ type: 'string', extension: [most] }))).toEqual([]);
  });

  test('in the type of their value', () => {
    const url = `${CORE}/patient-birthPlace`;
    expect(extended({ url, valueString: 'a' })).toEqual(['extension Patient.extension[0]']);
    expect(extended({ url, extension: [{ url: 'a', valueCode: 'b' }] })).toContain(
      'extension Patient.extension[0]',
    );
  });

  test('in their required bindings', () => {
    const url = `${CORE}/data-absent-reason`;
    expect(extended({ url, valueCode: 'unknown' })).toEqual([]);
    expect(extended({ url, valueCode: 'nonsense' })).toEqual(['code-invalid Patient.extension[0]']);
  });

  test('except bindings to a value set that has grown since', () => {
    const library = {
      resourceType: 'Library',
      text: NARRATIVE,
      status: 'draft',
      type: { text: 'a' },
      extension: [{ url: `${CORE}/structuredefinition-wg`, valueCode: 'a-new-group' }],
    };
    expect(errors(library)).toEqual([]);
  });

  test('in their parts', () => {
    const url = `${CORE}/patient-nationality`;
    const code = { url: 'code', valueCodeableConcept: { text: 'a' } };
    expect(extended({ url, extension: [code] })).toEqual([]);
    expect(extended({ url, extension: [code, code] })).toEqual(['structure Patient.extension[0]']);
    expect(extended({ url, extension: [{ url: 'code', valueCode: 'a' }] })).toEqual([
      'extension Patient.extension[0].extension[0]',
    ]);
    expect(extended({ url, valueCode: 'a' })).toContain('extension Patient.extension[0]');
  });

  test('in the relative urls of their parts, which no other definition can give', () => {
    const url = `${CORE}/patient-nationality`;
    const of = (part: Record<string, unknown>) =>
      validateResource(patient({ extension: [{ url, extension: [part] }] })).issues;
    const issues = of({ url: 'foo', valueString: 'a' });
    expect(issues.filter(({ severity }) => severity === 'error')).toEqual([
      expect.objectContaining({
        rule: 'fhir-r4/extension-parts',
        expression: 'Patient.extension[0].extension[0]',
        text: `The relative url 'foo' is not defined: '${url}' defines only code, period`,
      }),
    ]);
    for (const odd of ['Code', 'code|period', '|', 'cod', 'constructor'])
      expect(extended({ url, extension: [{ url: odd, valueString: 'a' }] })).toEqual([
        'extension Patient.extension[0].extension[0]',
      ]);
  });

  test('except parts with absolute urls, which have their own definitions', () => {
    const url = `${CORE}/patient-nationality`;
    expect(extended({ url, extension: [{ url: 'http://a.b/c', valueString: 'a' }] })).toEqual([]);
  });

  test('including parts that HL7 has added since', () => {
    const oauth = 'http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris';
    const statement = (part: string) => ({
      resourceType: 'CapabilityStatement',
      text: NARRATIVE,
      status: 'draft',
      date: '2024',
      kind: 'requirements',
      description: 'a',
      fhirVersion: '4.0.1',
      format: ['json'],
      rest: [
        {
          mode: 'server',
          security: {
            extension: [
              {
                url: oauth,
                extension: [
                  { url: 'authorize', valueUri: 'http://a.b/c' },
                  { url: 'token', valueUri: 'http://a.b/c' },
                  { url: part, valueUri: 'http://a.b/c' },
                ],
              },
            ],
          },
        },
      ],
    });
    expect(errors(statement('introspect'))).toEqual([]);
    expect(errors(statement('inspect'))).toEqual([
      'extension CapabilityStatement.rest[0].security.extension[0].extension[2]',
    ]);
  });

  test('in whether they are modifiers', () => {
    const place = { url: `${CORE}/patient-birthPlace`, valueAddress: { text: 'a' } };
    expect(errors(patient({ modifierExtension: [place] }))).toEqual([
      'extension Patient.modifierExtension[0]',
    ]);
  });
});

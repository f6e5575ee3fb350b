/** https://hl7.org/fhir/R4/valueset-all-languages.html, https://www.rfc-editor.org/rfc/rfc5646 */
import { describe, expect, test } from 'vitest';
import { isLanguageTag } from '../../../../packages/fhir-validator/runtime/languages.ts';
import { growthOf } from '../support/growth.ts';
import { errors, observation, patient } from '../support/patient.ts';

const BCP_47 = 'urn:ietf:bcp:47';

describe('a language is a tag of BCP 47', () => {
  test.each([
    ...['de', 'EN', 'en-US', 'zh-Hans-CN', 'sr-Latn', 'es-419', 'de-CH-1996', 'nds', 'x-local'],
    ...['en-a-myext-b-another', 'de-x-a', 'i-klingon', 'sgn-BE-FR', 'zh-cmn-Hans'],
  ])('%s', (language) => {
    expect(errors(patient({ language }))).toEqual([]);
    expect(errors(patient({ photo: [{ language }] }))).toEqual([]);
  });

  test.each(['en_US', 'german', 'e', 'en-', '-en', 'en--US', 'en-U', 'e1', 'de-x', 'de DE'])(
    'not %s',
    (language) => {
      expect(errors(patient({ language }))).toEqual(['code-invalid Patient.language']);
      expect(errors(patient({ photo: [{ language }] }))).toEqual([
        'code-invalid Patient.photo[0].language',
      ]);
    },
  );

  test('a code of the system is one too, whatever the element', () => {
    const value = (code: string) =>
      errors(observation({ valueCodeableConcept: { coding: [{ system: BCP_47, code }] } }));
    expect(value('pt-BR')).toEqual([]);
    expect(value('pt_BR')).toEqual([
      'code-invalid Observation.value.ofType(CodeableConcept).coding[0].code',
    ]);
  });
});

describe('maxValueSet: the language of a patient', () => {
  const spoken = (...coding: object[]) =>
    errors(patient({ communication: [{ language: { coding } }] }));

  test('has a coding of BCP 47, beside others', () => {
    const local = { system: 'http://example.org/languages', code: '1' };
    expect(spoken({ system: BCP_47, code: 'nl' })).toEqual([]);
    expect(spoken(local, { system: BCP_47, code: 'nl' })).toEqual([]);
    expect(spoken(local)).toEqual(['code-invalid Patient.communication[0].language']);
  });

  test('may be a text only', () => {
    expect(errors(patient({ communication: [{ language: { text: 'Dutch' } }] }))).toEqual([]);
  });
});

test('R62: a tag of any length is read in linear time', () => {
  const sizes = [250_000, 500_000, 1_000_000];
  const { exponent } = growthOf(sizes, (size) => {
    const tags = ['a-'.repeat(size), `de${'-abcde'.repeat(size / 4)}`, 'x'.repeat(size)];
    return () => expect(tags.some(isLanguageTag)).toBe(false);
  });
  expect(exponent).toBeLessThan(1.5);
});

import { describe, expect, test } from 'vitest';
import { validateText } from '../../../../packages/fhir-validator/validator.ts';
import { errors, NARRATIVE, observation, patient, warnings } from '../support/patient.ts';

describe('SampledData', () => {
  const sampled = (data: string) =>
    errors(
      observation({ valueSampledData: { origin: { value: 0 }, period: 1, dimensions: 1, data } }),
    );

  test.each(['1', '1 2.5 -3 E U L', '1e3 2E-1'])('%j is accepted', (data) =>
    expect(sampled(data)).toEqual([]),
  );

  test.each(['1 2 x', '1  2', ' 1', '1 ', '1,2', 'e', 'NaN', '1\n2'])('%j is refused', (data) => {
    expect(sampled(data)).toEqual(['value Observation.value.ofType(SampledData).data']);
  });
});

describe('only warnings', () => {
  test('are given for text of white space only', () => {
    const note = [{ text: ' \n' }];
    expect(errors(observation({ note }))).toEqual([]);
    expect(warnings(observation({ note }))).toEqual(['value Observation.note[0].text']);
  });

  test('are given for relative canonicals', () => {
    const answered = (questionnaire: string) => ({
      resourceType: 'QuestionnaireResponse',
      text: NARRATIVE,
      status: 'completed',
      questionnaire,
    });
    const at = ['value QuestionnaireResponse.questionnaire'];
    expect(errors(answered('Questionnaire/x'))).toEqual([]);
    expect(warnings(answered('Questionnaire/x'))).toEqual(at);
    for (const each of ['http://a.b/c|1', 'urn:uuid:68d043b5-9ecf-4559-a57a-396e0d452311']) {
      expect(warnings(answered(each))).toEqual([]);
    }
  });

  test('are given for fewer siblings than values, and for fewer values than siblings', () => {
    const extended = { extension: [{ url: 'http://a.b/c', valueString: 'v' }] };
    const named = (given: string[], _given: unknown[]) => patient({ name: [{ given, _given }] });
    expect(errors(named(['a', 'b'], [extended]))).toEqual([]);
    expect(errors(named(['a'], [null, extended]))).toEqual([]);
    expect(warnings(named(['a', 'b'], [extended]))).toContain('structure Patient.name[0].given');
    expect(warnings(named(['a'], [null, extended]))).toContain('structure Patient.name[0].given');
    expect(warnings(named(['a'], [extended]))).not.toContain('structure Patient.name[0].given');
    expect(errors(named(['a'], [null, { id: 'x' }]))).toEqual([
      'invariant Patient.name[0].given[1]',
    ]);
  });
});

describe('base64 in lines', () => {
  test('may have white space between groups of four, which does not count as data', () => {
    const photo = (data: string, size: number) =>
      errors(patient({ photo: [{ contentType: 'a/b', data, size }] }));
    expect(photo('QUJD\r\nQUI=\r\n', 5)).toEqual([]);
    expect(photo('QUJD\r\nQUI=\r\n', 6)).toEqual(['structure Patient.photo[0]']);
    expect(photo('QUJ\nD', 3)).toEqual(['value Patient.photo[0].data']);
  });
});

describe('decimals beyond the precision of a double', () => {
  const text = (value: string) =>
    `{"resourceType":"Observation","status":"final","code":{"text":"a"},"valueQuantity":{"value":${value}}}`;
  const errorsOf = (value: string) =>
    validateText(text(value)).issues.filter(({ severity }) => severity === 'error');

  test.each(['1E400', '-1e999', '1e-400', `1${'0'.repeat(400)}`])('%s', (value) => {
    expect(errorsOf(value)).toEqual([]);
  });

  test('are not integers', () => {
    const { issues } = validateText('{"resourceType":"Patient","multipleBirthInteger":1e400}');
    expect(issues[0]).toMatchObject({ severity: 'error', rule: 'fhir-r4/integer' });
    expect(issues[0]?.text).toContain('found a number beyond the range of a double');
  });
});

describe('SearchParameter.expression', () => {
  const defined = (expression: string) =>
    errors({
      resourceType: 'SearchParameter',
      text: NARRATIVE,
      url: 'http://a.b/c',
      name: 'C',
      status: 'draft',
      description: 'c',
      code: 'c',
      base: ['Patient'],
      type: 'token',
      expression,
    });

  test.each([
    'Patient.name',
    "Patient.telecom.where(system = 'phone') | Person.telecom",
    '(Observation.value as Quantity) | (Observation.value as SampledData)',
    'Patient.deceased.exists() and Patient.deceased != false',
    "Patient.extension('http://a.b/c').value.as(CodeableConcept)",
    'a.where(resolve() is Patient) // to the end',
    "iif(a, 1 'mg', @2020-01-01T10:00:00Z) /* b */ + -3",
    '%resource.descendants()[0].`div`.contains($this)',
    'a.aggregate($total + $index, {})',
  ])('%s is accepted', (expression) => expect(defined(expression)).toEqual([]));

  test.each([
    'Patient.',
    'Patient..name',
    '(Patient.name',
    'Patient.name)',
    'Patient.name |',
    "Patient.name.where(use = 'official)",
    'Patient name',
    'Patient.where(,)',
    'a[',
    'a[1)',
    '=',
    'a is',
    'a /* b',
    'Patient#name',
    ' ',
  ])('%s is refused', (expression) => {
    expect(defined(expression)).toEqual(['value SearchParameter.expression']);
  });
});

describe('capabilitystatement-expectation', () => {
  const url = 'http://hl7.org/fhir/StructureDefinition/capabilitystatement-expectation';
  const extension = [{ url, valueCode: 'SHALL' }];
  const capable = (more: object, rest: object = {}, resource: object = {}) =>
    errors({
      resourceType: 'CapabilityStatement',
      text: NARRATIVE,
      description: 'd',
      status: 'draft',
      date: '2020',
      kind: 'requirements',
      fhirVersion: '4.0.1',
      format: ['json'],
      rest: [{ mode: 'server', resource: [{ type: 'Patient', ...resource }], ...rest }],
      ...more,
    });

  test('may be used where later definitions of HL7 allow it', () => {
    expect(capable({ _format: [{ extension }] })).toEqual([]);
    expect(capable({}, { extension })).toEqual([]);
    expect(capable({}, {}, { extension })).toEqual([]);
    expect(capable({}, {}, { versioning: 'versioned', _versioning: { extension } })).toEqual([]);
  });

  test('may be used nowhere else', () => {
    expect(errors(patient({ extension }))).toEqual(['extension Patient.extension[0]']);
    expect(capable({ _status: { extension } })).toHaveLength(1);
  });
});

test('Meta.security: a label occurs once', () => {
  const label = (code: string) => ({
    system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality',
    code,
  });
  const of = (...codes: string[]) => errors(patient({ meta: { security: codes.map(label) } }));
  expect(of('N', 'R')).toEqual([]);
  expect(of('N', 'R', 'N')).toEqual(['duplicate Patient.meta.security[2]']);
});

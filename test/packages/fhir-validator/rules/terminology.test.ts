import { describe, expect, test } from 'vitest';
import { errors, NARRATIVE, observation, patient, warnings } from '../support/patient.ts';

const THO = 'http://terminology.hl7.org/CodeSystem';
const coded = (system: string, code: string) =>
  patient({ maritalStatus: { coding: [{ system, code }] } });

describe('codes of HL7’s code systems', () => {
  const at = 'code-invalid Patient.maritalStatus.coding[0].code';

  test.each([
    [`${THO}/observation-category`, 'Vital'],
    [`${THO}/v3-ActCode`, 'AMBULATORY'],
    [`${THO}/condition-clinical`, 'Active'],
    [`${THO}/sdoh-category-of-nobody`, ''],
  ])('%s has no %s', (system, code) => {
    expect(errors(coded(system, code === '' ? 'x' : code))).toEqual(code === '' ? [] : [at]);
  });

  test('codes that HL7 has added since R4 are accepted', () => {
    expect(errors(coded(`${THO}/v3-ActCode`, 'AMB'))).toEqual([]);
    expect(errors(coded(`${THO}/audit-entity-type`, '2'))).toEqual([]);
    expect(errors(coded(`${THO}/condition-category`, 'problem-list-item'))).toEqual([]);
  });

  test('tables of version 2 grow, so an unknown code is a warning', () => {
    expect(errors(coded(`${THO}/v2-0203`, 'NOBODYS'))).toEqual([]);
    expect(warnings(coded(`${THO}/v2-0203`, 'NOBODYS'))).toContain(at);
    expect(warnings(coded(`${THO}/v2-0203`, 'MR'))).not.toContain(at);
  });

  test('systems that the validator remembers in one place are not confused', () => {
    const lacking = (system: string, code: string) => warnings(coded(system, code)).includes(at);
    for (const round of [1, 2]) {
      expect([round, lacking(`${THO}/v2-0203`, 'MR')]).toEqual([round, false]);
      expect([round, lacking(`${THO}/v2-0443`, 'MR')]).toEqual([round, true]);
      expect([round, lacking(`${THO}/v2-0443`, 'AD')]).toEqual([round, false]);
      // Of nobody, and as long.
      expect([round, lacking(`${THO}/v2-abc3`, 'MR')]).toEqual([round, false]);
    }
  });

  test.each(['urn:x', 'u'])('the short system %s is nobody’s', (system) => {
    expect(warnings(coded(system, 'MR'))).not.toContain(at);
    expect(errors(coded(system, 'MR'))).toEqual(
      system === 'u' ? ['value Patient.maritalStatus.coding[0].system'] : [],
    );
  });
});

describe('R4 Quantity.system is checked as Coding.system is', () => {
  const UCUM = 'http://unitsofmeasure.org';
  const found = (valueQuantity: object) => errors(observation({ valueQuantity }));
  const at = 'Observation.value.ofType(Quantity).system';

  test.each([
    [UCUM, []],
    ['urn:iso:std:iso:4217', []],
    ['http://example.org/units', []],
    ['UCUM', [`value ${at}`]],
    [`${UCUM}/`, [`code-invalid ${at}`]],
    ['https://unitsofmeasure.org', [`code-invalid ${at}`]],
    ['http://hl7.org/fhir/ValueSet/ucum-common', [`value ${at}`]],
  ])('%s', (system, expected) => {
    expect(found({ value: 1, system, code: 'g' })).toEqual(expected);
    expect(errors(coded(system, 'g')).map((each) => each.split(' ')[0])).toEqual(
      expected.map((each) => each.split(' ')[0]),
    );
  });

  test('without a code it names nothing, as for HL7’s validator', () => {
    expect(found({ value: 1, unit: 'g', system: 'UCUM' })).toEqual([]);
  });

  test('in a SimpleQuantity too', () => {
    const low = { value: 1, system: 'UCUM', code: 'g' };
    expect(errors(observation({ referenceRange: [{ low }] }))).toEqual([
      'value Observation.referenceRange[0].low.system',
    ]);
  });
});

describe('a value set in the place of a code system is refused', () => {
  const set = 'http://hl7.org/fhir/ValueSet/administrative-gender';

  test.each(['include', 'exclude'])('in %s', (part) => {
    const compose = { include: [{ system: 'http://a.b/c' }], [part]: [{ system: set }] };
    const valueSet = { resourceType: 'ValueSet', text: NARRATIVE, status: 'draft', compose };
    expect(errors(valueSet)).toEqual([`value ValueSet.compose.${part}[0]`]);
  });

  test('in an expansion, at any depth', () => {
    const contains = [{ display: 'a', abstract: true, contains: [{ system: set, code: 'b' }] }];
    const expansion = { timestamp: '2024-01-01', contains };
    const valueSet = { resourceType: 'ValueSet', text: NARRATIVE, status: 'draft', expansion };
    expect(errors(valueSet)).toContain('value ValueSet.expansion.contains[0].contains[0].system');
  });

  test('in a map', () => {
    const element = [{ code: 'a', target: [{ code: 'b', equivalence: 'equal' }] }];
    const group = [{ source: set, target: 'http://terminology.hl7.org/ValueSet/v3-x', element }];
    const map = { resourceType: 'ConceptMap', text: NARRATIVE, status: 'draft', group };
    expect(errors(map)).toEqual([
      'value ConceptMap.group[0].source',
      'value ConceptMap.group[0].target',
    ]);
  });

  test('in a coding', () => {
    expect(errors(coded('http://hl7.org/fhir/us/core/ValueSet/birthsex', 'F'))).toEqual([
      'value Patient.maritalStatus.coding[0].system',
    ]);
    expect(errors(coded('http://ihe.net/fhir/ValueSet/FormatCode.codesystem', 'F'))).toEqual([]);
  });
});

// https://hl7.org/fhir/R4/terminologies-systems.html
describe('the url of a code system is its name', () => {
  const found = (system: string) =>
    errors({
      resourceType: 'Basic',
      code: { coding: [{ system, code: 'a' }] },
    });

  test.each([
    'http://snomed.info/sct/900000000000207008',
    'http://snomed.info/sct|http://snomed.info/sct/731000124108',
    'https://snomed.info/sct',
    'http://loinc.org/',
    'https://loinc.org',
    'http://unitsofmeasure.org/ucum.html',
    'https://www.nlm.nih.gov/research/umls/rxnorm',
    'https://terminology.hl7.org/CodeSystem/v3-ActCode',
    'https://hl7.org/fhir/observation-status',
  ])('%s is none', (system) => {
    expect(found(system)).toEqual(['code-invalid Basic.code.coding[0].system']);
  });

  test.each([
    'http://snomed.info/sct',
    'http://loinc.org',
    'http://unitsofmeasure.org',
    'http://www.nlm.nih.gov/research/umls/rxnorm',
    'http://loinc.organisation.example',
    'http://snomed.info/sctx',
    'https://hl7.org/fhir/us/core/CodeSystem/condition-category',
    'https://example.org/loinc.org',
    // HL7's validator lets these pass.
    'https://loinc.org/',
    'https://terminology.hl7.org/CodeSystem/of-nobody',
  ])('%s may be one', (system) => {
    expect(found(system)).toEqual([]);
  });
});

describe('a required code must be a value, not an extension', () => {
  const _code = { extension: [{ url: 'http://a.b/c', valueCode: 'd' }] };

  test('whether alone or one of several', () => {
    const { status: _, ...rest } = observation();
    expect(errors({ ...rest, _status: _code })).toContain('code-invalid Observation.status');
    const scheduled = (more: object) =>
      patient({
        extension: [
          {
            url: 'http://a.b/c',
            valueTiming: { repeat: { boundsPeriod: { start: '2024' }, ...more } },
          },
        ],
      });
    const at = 'Patient.extension[0].value.ofType(Timing).repeat.dayOfWeek';
    expect(errors(scheduled({ dayOfWeek: ['mon', null], _dayOfWeek: [null, _code] }))).toEqual([
      `code-invalid ${at}[1]`,
    ]);
    expect(errors(scheduled({ dayOfWeek: ['mon'], _dayOfWeek: [_code] }))).toEqual([]);
  });
});

describe('rng-2: units that can be converted are compared', () => {
  const range = (low: [number, string], high: [number, string]) => {
    const quantity = ([value, code]: [number, string]) => ({
      value,
      unit: code,
      system: 'http://unitsofmeasure.org',
      code,
    });
    return errors(observation({ valueRange: { low: quantity(low), high: quantity(high) } }));
  };
  const broken = ['invariant Observation.value.ofType(Range)'];

  test.each<[[number, string], [number, string]]>([
    [
      [5, 'kg'],
      [500, 'g'],
    ],
    [
      [2, 'h'],
      [60, 'min'],
    ],
    [
      [1, 'mg/dL'],
      [9, 'mg/L'],
    ],
    [
      [200, 'cm'],
      [1, 'm'],
    ],
    [
      [40, 'Cel'],
      [40, '[degF]'],
    ],
    [
      [1, 'mmol/L'],
      [900, 'umol/L'],
    ],
    [
      [1, '10*3/uL'],
      [1, '10*6/L'],
    ],
    [
      [1, '[lb_av]'],
      [16, 'g'],
    ],
    [
      [2, 'mm[Hg]'],
      [100, 'Pa'],
    ],
    [
      [1, 'kg{dry}'],
      [999, 'g'],
    ],
    [
      [1, 'm2'],
      [1, 'cm2'],
    ],
  ])('%j is more than %j', (low, high) => {
    expect(range(low, high)).toEqual(broken);
    expect(range(high, low)).toEqual([]);
  });

  test.each<[[number, string], [number, string]]>([
    [
      [5, 'kg'],
      [5000, 'g'],
    ],
    [
      [0.1, 'L'],
      [100, 'mL'],
    ],
    [
      [1, '1/min'],
      [1, '/min'],
    ],
  ])('%j equals %j', (low, high) => {
    expect(range(low, high)).toEqual([]);
    expect(range(high, low)).toEqual([]);
  });

  test('units that cannot be converted are not compared', () => {
    expect(range([5, 'kg'], [1, 'm'])).toEqual([]);
    expect(range([5, 'kg'], [1, 'nonsense'])).toEqual([]);
    expect(range([5, 'mol'], [1, 'g'])).toEqual([]);
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isObject } from '../../../packages/fhir-validator/runtime/object.ts';
import { validateResource, validateText } from '../../../packages/fhir-validator/validator.ts';
import { readExamples } from './support/examples.ts';
import { errors, observation, patient, warnings } from './support/patient.ts';

describe('what is not a resource', () => {
  test.each(['null', '1', '"Patient"', '[]', '[{"resourceType":"Patient"}]', 'true'])(
    '%s is rejected with one issue',
    (text) => {
      expect(validateText(text).issues).toMatchObject([{ severity: 'error', code: 'structure' }]);
    },
  );

  test.each([
    '{}',
    '{"resourceType":1}',
    '{"resourceType":"Nonsense"}',
    '{"resourceType":"patient"}',
  ])('%s has no resource type of R4', (text) => {
    const { resourceType, issues } = validateText(text);
    expect(resourceType).toBeUndefined();
    expect(issues).toMatchObject([{ severity: 'error', expression: 'Resource' }]);
  });

  test.each(['Resource', 'DomainResource', 'HumanName', 'MetadataResource'])(
    '%s is abstract',
    (resourceType) => expect(errors({ resourceType })).toEqual(['structure Resource']),
  );

  test('no input makes it throw', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(validateText(text).issues.length).toBeGreaterThan(0);
      }),
    );
  });

  test('no member of a resource makes it throw', () => {
    const keys = fc.constantFrom('name', '_name', 'extension', 'contained', 'meta', 'text', 'link');
    fc.assert(
      fc.property(fc.dictionary(keys, fc.jsonValue()), (members) => {
        const { resourceType } = validateResource({ ...members, resourceType: 'Patient' });
        expect(resourceType).toBe('Patient');
      }),
    );
  });
});

/** JSON can hold objects that have no text: converting one to a text or a number throws. */
test('no example makes it throw with an object without a text in any place', () => {
  const unprintable = { toString: 1, valueOf: 1 };
  const odd = [unprintable, [unprintable], { resourceType: unprintable, id: unprintable }];
  let count = 0;
  const visit = (root: object, node: Record<string, unknown>): void => {
    for (const [key, old] of Object.entries(node)) {
      for (const each of odd) {
        node[key] = each;
        expect(validateResource(root).issues).not.toEqual([]);
        count++;
      }
      node[key] = old;
      if (isObject(old) || Array.isArray(old)) visit(root, old as Record<string, unknown>);
    }
  };
  const small = readExamples().filter(({ text }) => text.length < 4000);
  for (const { text } of small.filter((_, i) => i % 12 === 0)) {
    const example = JSON.parse(text);
    visit(example, example);
  }
  expect(count).toBeGreaterThan(3000);
});

describe('issues', () => {
  test('are absent for a valid resource, whose type and id are returned', () => {
    expect(validateResource(patient())).toEqual({ resourceType: 'Patient', id: 'a', issues: [] });
  });

  test('are in document order, each with its FHIRPath and index', () => {
    const broken = patient({
      name: [{ given: ['Ada', '', 'B'] }, { use: 'nonsense' }],
      gender: 'other?',
      birthDate: '2023-02-30',
      contact: [{ relationship: [{ coding: [{ code: 'a  b' }] }] }],
      nonsense: true,
    });
    expect(errors(broken)).toEqual([
      'value Patient.name[0].given[1]',
      'code-invalid Patient.name[1].use',
      'code-invalid Patient.gender',
      'value Patient.birthDate',
      'value Patient.contact[0].relationship[0].coding[0].code',
      'invariant Patient.contact[0]',
      'structure Patient',
    ]);
  });

  test('name the type of a choice as FHIRPath does', () => {
    const broken = observation({ valueQuantity: { value: '1' } });
    expect(errors(broken)).toEqual(['value Observation.value.ofType(Quantity).value']);
  });

  test('stop at the limit, 100 by default', () => {
    const broken = patient({ name: Array.from({ length: 500 }, () => ({ family: '' })) });
    expect(errors(broken)).toHaveLength(100);
    expect(errors(broken, { issuesMax: 7 })).toHaveLength(7);
  });

  test('include the first error before any warning', () => {
    const extension = Array.from({ length: 300 }, () => ({
      url: 'http://example.org/unknown',
      valueBoolean: true,
    }));
    expect(errors(patient({ extension, photo: 1 }), { issuesMax: 10 })).toEqual([
      'structure Patient.photo',
    ]);
  });

  test('quote a value cut at 64 characters (R08)', () => {
    const [issue] = validateResource(patient({ gender: 'x'.repeat(1000) })).issues;
    expect(issue?.text).toContain(`'${'x'.repeat(64)}…'`);
    expect(issue?.text).not.toContain('x'.repeat(65));
  });
});

describe('resources in resources', () => {
  test('entries, parameters and contained resources are validated by their own type', () => {
    const inner = patient({ gender: 'nonsense' });
    const request = { method: 'POST', url: 'Patient' };
    const bundle = { resourceType: 'Bundle', type: 'batch', entry: [{ resource: inner, request }] };
    expect(errors(bundle)).toEqual(['code-invalid Bundle.entry[0].resource.gender']);
    const parameters = { resourceType: 'Parameters', parameter: [{ name: 'a', resource: inner }] };
    expect(errors(parameters)).toEqual(['code-invalid Parameters.parameter[0].resource.gender']);
    const holder = observation({
      contained: [{ ...inner, text: undefined, id: 'p' }],
      subject: { reference: '#p' },
    });
    expect(errors(holder)).toContain('code-invalid Observation.contained[0].gender');
  });

  test('content references are followed', () => {
    const item = {
      linkId: '1',
      type: 'group',
      text: 'a',
      item: [{ linkId: '2', type: 'nonsense' }],
    };
    const broken = { resourceType: 'Questionnaire', status: 'draft', item: [item] };
    expect(errors(broken)).toContain('code-invalid Questionnaire.item[0].item[0].type');
  });

  test('R4 forbids a comparator in a SimpleQuantity', () => {
    const broken = {
      resourceType: 'Observation',
      status: 'final',
      code: { text: 'a' },
      referenceRange: [{ low: { value: 1, comparator: '<' } }],
    };
    expect(errors(broken)).toEqual(['structure Observation.referenceRange[0].low']);
  });
});

describe('primitives and their siblings', () => {
  test('a value may be absent if its sibling has an extension', () => {
    const extension = [{ url: 'http://example.org/x', valueBoolean: true }];
    const valid = patient({
      _birthDate: { extension },
      name: [{ given: ['Ada', null], _given: [null, { extension }] }],
    });
    expect(errors(valid)).toEqual([]);
  });

  test('null in both arrays is nothing, also where the array of values has ended', () => {
    const extension = [{ url: 'http://example.org/x', valueBoolean: true }];
    const found = (given: unknown, _given: unknown) =>
      errors(patient({ name: [{ given, _given }] }));
    expect(found(['Ada'], [null, { extension }])).toEqual([]);
    expect(found(['Ada'], [null, null])).toEqual(['structure Patient.name[0].given[1]']);
    expect(found(['Ada', null], [null])).toEqual(['structure Patient.name[0].given[1]']);
    expect(found(['Ada', null], [null, null])).toEqual(['structure Patient.name[0].given[1]']);
  });

  test('a required code must be present even if its value set is open', () => {
    const extension = [{ url: 'http://example.org/x', valueBoolean: true }];
    const photo = [{ _contentType: { extension }, url: 'http://a.b' }];
    expect(errors(patient({ photo }))).toEqual(['code-invalid Patient.photo[0].contentType']);
  });

  test('a code of another version of FHIR in place of a required one is a warning', () => {
    const url = (version: string) =>
      `http://hl7.org/fhir/${version}/StructureDefinition/extension-ContactPoint.system`;
    const later = (at: string, valueCode: unknown = 'x') => ({
      extension: [{ url: at, valueCode }],
    });
    const at = 'code-invalid Patient.telecom[0].system';
    const telecom = (_system: unknown) => patient({ telecom: [{ _system, value: '1' }] });
    expect(errors(telecom(later(url('5.0'))))).not.toContain(at);
    expect(warnings(telecom(later(url('5.0'))))).toContain(at);
    const others = ['http://example.org/x', url('5'), `${url('5.0')}|1`.replace('hl7', 'hl8')];
    for (const other of others) expect(errors(telecom(later(other)))).toContain(at);
    expect(errors(telecom({ extension: [{ url: url('5.0'), valueString: 'x' }] }))).toContain(at);
    const _when = [later(url('5.0')), later('http://example.org/x')];
    const repeat = { period: 1, periodUnit: 'd', frequency: 1, _when };
    const request = {
      resourceType: 'ServiceRequest',
      status: 'active',
      intent: 'order',
      subject: { reference: 'Patient/1' },
      occurrenceTiming: { repeat },
    };
    expect(errors(request)).toEqual([
      'code-invalid ServiceRequest.occurrence.ofType(Timing).repeat.when[1]',
    ]);
  });

  test('a currency is one of ISO 4217', () => {
    const invoice = (currency: string) =>
      errors({ resourceType: 'Invoice', status: 'draft', totalNet: { value: 1, currency } });
    for (const each of ['BRL', 'XXX', 'XAU', 'CHE', 'MXV']) expect(invoice(each)).toEqual([]);
    expect(invoice('Euro')).toEqual(['code-invalid Invoice.totalNet.currency']);
  });

  test('ele-1: an id alone is not an element, unless it belongs to a value', () => {
    expect(errors(patient({ name: [{ id: 'a' }] }))).toEqual(['invariant Patient.name[0]']);
    expect(errors(patient({ _birthDate: { id: 'a' } }))).toEqual(['invariant Patient.birthDate']);
    expect(errors(patient({ birthDate: '2024', _birthDate: { id: 'a' } }))).toEqual([]);
    expect(errors(patient({ name: [{ given: ['a', 'b'], _given: [null, { id: 'a' }] }] }))).toEqual(
      [],
    );
  });

  test('null is allowed only as a placeholder', () => {
    expect(errors(patient({ name: [{ given: ['Ada', null] }] }))).toEqual([
      'structure Patient.name[0].given[1]',
    ]);
    expect(errors(patient({ name: [{ _given: [null] }] }))).toEqual([
      'structure Patient.name[0].given[0]',
    ]);
  });
});

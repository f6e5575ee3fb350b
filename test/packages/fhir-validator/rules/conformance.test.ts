import { describe, expect, test } from 'vitest';
import { errors, NARRATIVE } from '../support/patient.ts';

describe('CodeSystem', () => {
  const codeSystem = (more: Record<string, unknown>) =>
    errors({
      resourceType: 'CodeSystem',
      text: NARRATIVE,
      status: 'draft',
      content: 'complete',
      ...more,
    });
  const NOT_SELECTABLE = 'http://hl7.org/fhir/concept-properties#notSelectable';

  test('a supplement must name its code system', () => {
    expect(codeSystem({ supplements: 'http://loinc.org' })).toEqual([
      'business-rule CodeSystem.content',
    ]);
    expect(codeSystem({ supplements: 'http://loinc.org', content: 'supplement' })).toEqual([]);
  });

  test('a supplement names what it supplements, and one without content has no concepts', () => {
    expect(codeSystem({ content: 'supplement' })).toEqual(['business-rule CodeSystem.content']);
    const concept = [{ code: 'a' }];
    expect(codeSystem({ content: 'not-present', concept })).toEqual([
      'business-rule CodeSystem.concept',
    ]);
    expect(codeSystem({ content: 'not-present', count: 1 })).toEqual([]);
  });

  test('the count of a complete one is the number of its concepts, at any depth', () => {
    const concept = [{ code: 'a', concept: [{ code: 'b' }, { code: 'c' }] }];
    expect(codeSystem({ count: 3, concept })).toEqual([]);
    expect(codeSystem({ count: 2, concept })).toEqual(['invalid CodeSystem.count']);
    expect(codeSystem({ count: 9, concept, content: 'fragment' })).toEqual([]);
  });

  test('properties are defined once, and those of the specification have their types', () => {
    const property = [
      { code: 'notSelectable', uri: NOT_SELECTABLE, type: 'dateTime' },
      { code: 'notSelectable', type: 'boolean' },
      { code: 'other', uri: NOT_SELECTABLE, type: 'boolean' },
    ];
    expect(codeSystem({ property })).toEqual([
      'business-rule CodeSystem.property[0]',
      'business-rule CodeSystem.property[1]',
      'business-rule CodeSystem.property[2]',
    ]);
  });

  test('properties of concepts have the types of their definitions', () => {
    const property = [{ code: 'p', type: 'decimal' }];
    const of = (value: Record<string, unknown>) =>
      codeSystem({
        property,
        concept: [{ code: 'a', concept: [{ code: 'b', property: [value] }] }],
      });
    expect(of({ code: 'p', valueDecimal: 1 })).toEqual([]);
    expect(of({ code: 'p', valueInteger: 1 })).toEqual([
      'business-rule CodeSystem.concept[0].concept[0].property[0]',
    ]);
  });
});

test('ValueSet: a code system is named by its absolute URI', () => {
  const including = (system: string) =>
    errors({
      resourceType: 'ValueSet',
      text: NARRATIVE,
      status: 'draft',
      compose: { include: [{ system }] },
    });
  expect(including('http://loinc.org')).toEqual([]);
  expect(including('#local')).toEqual(['value ValueSet.compose.include[0]']);
});

test('SearchParameter: a composite has components', () => {
  const parameter = (component: unknown[]) =>
    errors({
      resourceType: 'SearchParameter',
      text: NARRATIVE,
      url: 'http://example.org/a',
      name: 'A',
      status: 'draft',
      description: 'a',
      code: 'a',
      base: ['Patient'],
      type: 'composite',
      expression: 'Patient',
      component,
    });
  const part = { definition: 'http://example.org/b', expression: 'name' };
  expect(parameter([part, part])).toEqual([]);
  expect(parameter([part])).toEqual(['business-rule SearchParameter']);
});

describe('StructureDefinition', () => {
  const structure = (more: Record<string, unknown>) =>
    errors({
      resourceType: 'StructureDefinition',
      text: NARRATIVE,
      url: 'http://example.org/StructureDefinition/a',
      name: 'A',
      status: 'draft',
      kind: 'resource',
      abstract: false,
      type: 'Patient',
      baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Patient',
      derivation: 'constraint',
      differential: { element: [{ id: 'Patient', path: 'Patient' }] },
      ...more,
    });
  const element = (more: Record<string, unknown>) => ({
    element: [
      { id: 'Patient', path: 'Patient' },
      { id: 'Patient.gender', path: 'Patient.gender', ...more },
    ],
  });

  test('StructureDefinition.context: only an extension has one', () => {
    expect(structure({})).toEqual([]);
    expect(structure({ context: [{ type: 'element', expression: 'Patient' }] })).toEqual([
      'business-rule StructureDefinition.context',
    ]);
  });

  test('StructureDefinition.type: a constraint has the type of its base', () => {
    const other = { element: [{ id: 'Group', path: 'Group' }] };
    expect(structure({ type: 'Group', differential: other })).toEqual([
      'business-rule StructureDefinition.type',
    ]);
    const baseDefinition = 'http://hl7.org/fhir/StructureDefinition/actualgroup';
    expect(structure({ type: 'Group', differential: other, baseDefinition })).toEqual([]);
  });

  test('ElementDefinition.fixed[x] and pattern[x] are of the type of the element', () => {
    const type = [{ code: 'code' }];
    const at = 'StructureDefinition.differential.element[1]';
    expect(structure({ differential: element({ type, fixedCode: 'male' }) })).toEqual([]);
    expect(structure({ differential: element({ type, fixedString: 'male' }) })).toEqual([
      `business-rule ${at}.fixed`,
    ]);
    expect(structure({ differential: element({ type, patternUri: 'a:b' }) })).toEqual([
      `business-rule ${at}.pattern`,
    ]);
    const own = [{ code: 'http://hl7.org/fhirpath/System.String' }];
    expect(structure({ differential: element({ type: own, fixedUri: 'a:b' }) })).toEqual([]);
  });

  test('ElementDefinition.constraint.expression is FHIRPath', () => {
    const of = (expression: string) => {
      const constraint = [{ key: 'a-1', severity: 'error', human: 'a', expression }];
      return structure({ differential: element({ constraint }) });
    };
    expect(of("exists() and matches('a')")).toEqual([]);
    expect(of('exists(')).toEqual([
      'value StructureDefinition.differential.element[1].constraint[0].expression',
    ]);
  });

  // https://hl7.org/fhir/R4/defining-extensions.html
  describe('an extension', () => {
    const url = 'http://example.org/StructureDefinition/a';
    const extension = (fixedUri: string, more: Record<string, unknown> = {}) =>
      structure({
        kind: 'complex-type',
        type: 'Extension',
        baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Extension',
        context: [{ type: 'element', expression: 'Patient' }],
        differential: {
          element: [
            { id: 'Extension', path: 'Extension' },
            { id: 'Extension.extension', path: 'Extension.extension', max: '0' },
            { id: 'Extension.url', path: 'Extension.url', fixedUri },
          ],
        },
        ...more,
      });

    test('has the url of its definition', () => {
      expect(extension(url)).toEqual([]);
      expect(extension(`${url}b`)).toEqual([
        'business-rule StructureDefinition.differential.element[2].fixed.ofType(uri)',
      ]);
    });

    test('has context invariants in FHIRPath', () => {
      expect(extension(url, { contextInvariant: ['exists()'] })).toEqual([]);
      expect(extension(url, { contextInvariant: ['exists()', 'exists('] })).toEqual([
        'value StructureDefinition.contextInvariant[1]',
      ]);
    });
  });
});

describe('Questionnaire.item.enableWhen.question', () => {
  const questionnaire = (question: string) =>
    errors({
      resourceType: 'Questionnaire',
      text: NARRATIVE,
      status: 'draft',
      item: [
        { linkId: 'a', type: 'string' },
        {
          linkId: 'b',
          text: 'b',
          type: 'group',
          item: [
            {
              linkId: 'c',
              type: 'string',
              enableWhen: [{ question, operator: 'exists', answerBoolean: true }],
            },
          ],
        },
      ],
    });

  test.each(['a', 'b'])('may be %s, another item at any depth', (question) => {
    expect(questionnaire(question)).toEqual([]);
  });

  test.each(['c', 'd'])('%s, the item itself or none, is refused', (question) => {
    expect(questionnaire(question)).toEqual([
      'business-rule Questionnaire.item[1].item[0].enableWhen[0]',
    ]);
  });
});

test.each(['CodeSystem', 'ValueSet', 'Questionnaire', 'SearchParameter'])(
  '%s.url is an absolute URI',
  (resourceType) => {
    const of = (url: string) =>
      errors({ resourceType, url }).filter((each) => each.endsWith('.url'));
    expect(of('http://example.org/a')).toEqual([]);
    expect(of('urn:oid:1.2.3')).toEqual([]);
    expect(of('a')).toEqual([`value ${resourceType}.url`]);
  },
);

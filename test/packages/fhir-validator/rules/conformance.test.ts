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

import { describe, expect, test } from 'vitest';
import { OVERRIDES } from '../../../../packages/fhir-validator/compiler/fhirpath/overrides.ts';
import { base } from '../support/base-definitions.ts';
import { allInvariants, compiled } from './invariants.ts';

function holds(key: string, n: object, res: object = n, root: object = res): boolean {
  const invariant = allInvariants().find((each) => each.key === key);
  if (invariant === undefined) throw new Error(`no invariant ${key}`);
  return compiled(invariant)({ n, x: undefined, res, root });
}

test('each override corrects an expression that is published in the definitions', () => {
  const published = new Set(
    base.structures.flatMap((structure) =>
      (structure.snapshot?.element ?? []).flatMap((element) =>
        (element.constraint ?? []).map((each) => `${each.key} ${each.expression}`),
      ),
    ),
  );
  const idle = OVERRIDES.flatMap(({ keys, published: text }) =>
    keys.filter((key) => !published.has(`${key} ${text}`)),
  );
  expect(idle).toEqual([]);
});

describe('overrides', () => {
  test('que-12: two conditions already need enableBehavior', () => {
    expect(holds('que-12', { enableWhen: [{}, {}] })).toBe(false);
    expect(holds('que-12', { enableWhen: [{}, {}], enableBehavior: 'any' })).toBe(true);
    expect(holds('que-12', { enableWhen: [{}] })).toBe(true);
  });

  test('ref-1: no reference is accepted, and the container is', () => {
    const root = { resourceType: 'Patient', contained: [{ resourceType: 'Patient', id: 'a' }] };
    const refers = (reference: object) => holds('ref-1', reference, root);
    expect(refers({ display: 'x' })).toBe(true);
    expect(refers({ reference: '#' })).toBe(true);
    expect(refers({ reference: '#a' })).toBe(true);
    expect(refers({ reference: 'Patient/b' })).toBe(true);
    expect(refers({ reference: '#b' })).toBe(false);
  });

  test('per-1: an end of a day includes the whole day', () => {
    const period = (start: string, end: string) => holds('per-1', { start, end });
    expect(period('2012-02-03T10:00:00Z', '2012-02-03')).toBe(true);
    expect(period('2012-02-03', '2012')).toBe(true);
    expect(period('2012-02-04', '2012-02-03')).toBe(false);
    expect(period('2013', '2012-02-03')).toBe(false);
  });

  test('eld-19: the whole path is checked, with names of up to 64 characters', () => {
    expect(holds('eld-19', { path: 'Patient.name[x]' })).toBe(true);
    expect(holds('eld-19', { path: 'Patient.na me' })).toBe(false);
    expect(holds('eld-19', { path: 'x'.repeat(65) })).toBe(false);
  });

  test('the whole name must be an identifier, if there is one', () => {
    expect(holds('vsd-0', {})).toBe(true);
    expect(holds('vsd-0', { name: 'A_b1' })).toBe(true);
    expect(holds('vsd-0', { name: 'A b' })).toBe(false);
  });

  test('dom-3: a contained resource is referred to, or refers to its container', () => {
    const withContained = (contained: object, rest: object = {}) => {
      const patient = { resourceType: 'Patient', contained: [{ id: 'a', ...contained }], ...rest };
      return holds('dom-3', patient);
    };
    expect(withContained({})).toBe(false);
    expect(withContained({}, { managingOrganization: { reference: '#a' } })).toBe(true);
    expect(withContained({}, { extension: [{ url: 'u', valueCanonical: '#a' }] })).toBe(true);
    expect(withContained({ subject: { reference: '#' } })).toBe(true);
    expect(withContained({}, { language: '#a' })).toBe(false);
  });

  test('dom-6: only resources that are not contained need a narrative', () => {
    const inner = { resourceType: 'Patient' };
    const outer = { resourceType: 'Patient', contained: [inner] };
    expect(holds('dom-6', inner, inner, outer)).toBe(true);
    expect(holds('dom-6', outer)).toBe(false);
  });

  test('tim-9: no offset from a meal itself, however many events there are', () => {
    expect(holds('tim-9', { offset: 5, when: ['HS', 'C'] })).toBe(false);
    expect(holds('tim-9', { offset: 5, when: ['HS', 'WAKE'] })).toBe(true);
    expect(holds('tim-9', { offset: 5 })).toBe(false);
    expect(holds('tim-9', { when: ['C'] })).toBe(true);
  });

  test('the risk of an allergy to a substance may take the place of the code', () => {
    const { published } = OVERRIDES.find((each) =>
      each.published.includes('substanceExposure'),
    ) ?? {
      published: '',
    };
    const run = compiled({ expression: published, path: 'Extension' });
    const at = (res: object) => run({ n: {}, x: undefined, res, root: res });
    expect(at({ resourceType: 'AllergyIntolerance' })).toBe(true);
    expect(at({ resourceType: 'AllergyIntolerance', code: {} })).toBe(false);
  });
});

/** Extensions whose context is an element, named in each way that guides use. */
import { beforeAll, describe, expect, test } from 'vitest';
import { by, CANONICAL, guide, profile } from '../support/guide.ts';
import { NARRATIVE, observation, patient } from '../support/patient.ts';
import { compiledGuides } from '../support/profiled.ts';

type Json = Record<string, unknown>;

/** Contexts by the names of the extensions that have them. */
const CONTEXTS: Readonly<Record<string, string>> = {
  anything: 'Any',
  'any-resource': 'DomainResource',
  'any-backbone': 'BackboneElement',
  'any-meta': 'Resource.meta',
  'any-text': 'DomainResource.text',
  'any-language': 'Resource.language',
  'quantity-value': 'Quantity.value',
  'by-json-name': 'Observation.valueQuantity',
  'of-base': 'http://hl7.org/fhir/StructureDefinition/Patient#Patient.name',
  'of-profile': `${CANONICAL}sliced#Patient.identifier:own`,
  'in-bundle': 'Bundle.entry.resource',
};

let guides: Awaited<ReturnType<typeof compiledGuides>>;
beforeAll(async () => {
  const extensions = Object.entries(CONTEXTS).map(([name, expression]) =>
    profile(
      name,
      'Extension',
      [
        { id: 'Extension.url', fixedUri: CANONICAL + name },
        { id: 'Extension.value[x]', type: [{ code: 'string' }] },
      ],
      { context: [{ type: 'element', expression }] },
    ),
  );
  const sliced = profile('sliced', 'Patient', [
    { id: 'Patient.identifier', ...by('value', 'system') },
    { id: 'Patient.identifier:own', sliceName: 'own' },
    { id: 'Patient.identifier:own.system', min: 1, fixedUri: 'http://a.b' },
  ]);
  guides = await compiledGuides([guide([sliced, ...extensions])], 'with-context-elements');
});

const the = (name: string) => ({ extension: [{ url: CANONICAL + name, valueString: 'a' }] });

/** A resource for each place, with that extension there. */
const PLACES: Readonly<Record<string, (name: string) => Json>> = {
  Patient: (name) => patient(the(name)),
  Observation: (name) => observation(the(name)),
  'Patient.contact': (name) => patient({ contact: [{ name: { text: 'a' }, ...the(name) }] }),
  'Patient.meta': (name) => patient({ meta: { versionId: '1', ...the(name) } }),
  'Patient.text': (name) => patient({ text: { ...NARRATIVE, ...the(name) } }),
  'Patient.language': (name) => patient({ language: 'en', _language: the(name) }),
  'Patient.name': (name) => patient({ name: [{ text: 'a', ...the(name) }] }),
  'Patient.identifier': (name) =>
    patient({ identifier: [{ system: 'http://a.b', value: '1', ...the(name) }] }),
  'Observation.value': (name) => observation({ valueQuantity: { value: 1, ...the(name) } }),
  'Quantity.value': (name) => observation({ valueQuantity: { value: 1, _value: the(name) } }),
  'SimpleQuantity.value': (name) =>
    observation({ referenceRange: [{ low: { value: 1, _value: the(name) } }] }),
};
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  anything: Object.keys(PLACES),
  'any-resource': ['Patient', 'Observation'],
  'any-backbone': ['Patient.contact'],
  'any-meta': ['Patient.meta'],
  'any-text': ['Patient.text'],
  'any-language': ['Patient.language'],
  'quantity-value': ['Quantity.value', 'SimpleQuantity.value'],
  'by-json-name': ['Observation.value'],
  'of-base': ['Patient.name'],
  'of-profile': ['Patient.identifier'],
  'in-bundle': ['Patient', 'Observation'],
};

describe.each(Object.keys(CONTEXTS))('R4 context type element: %s', (name) => {
  test.each(Object.entries(PLACES))(`${CONTEXTS[name]}, at %s`, (place, resource) => {
    const errors = guides
      .validate(resource(name))
      .flatMap(({ rule, severity }) => (severity === 'error' ? [rule] : []));
    expect(errors).toEqual(ALLOWED[name]?.includes(place) ? [] : ['fhir-r4/extension-context']);
  });
});

/** A guide of our own, with one profile for each feature that guides use. */
import { by, CANONICAL, constraint, profile } from './guide.ts';

export const SYSTEM = 'http://example.org/system';
export const coded = (code: string) => ({ coding: [{ system: SYSTEM, code }] });
const pattern = (code: string) => ({ patternCodeableConcept: coded(code) });

export const systems = [
  {
    resourceType: 'CodeSystem' as const,
    url: SYSTEM,
    status: 'active' as const,
    content: 'complete' as const,
    property: [{ code: 'kind', type: 'code' as const }],
    concept: [
      {
        code: 'a',
        concept: [{ code: 'aa' }, { code: 'ab', property: [{ code: 'kind', valueCode: 'k' }] }],
      },
      { code: 'b', property: [{ code: 'kind', valueCode: 'k' }] },
    ],
  },
];
const filtered = (name: string, ...filter: { property: string; op: string; value: string }[]) => ({
  resourceType: 'ValueSet' as const,
  url: `http://example.org/vs/${name}`,
  status: 'active' as const,
  compose: { include: [{ system: SYSTEM, filter }] } as never,
});
export const sets = [
  filtered('below', { property: 'concept', op: 'descendent-of', value: 'a' }),
  filtered('not', { property: 'concept', op: 'is-not-a', value: 'a' }),
  filtered('kind', { property: 'kind', op: '=', value: 'k' }),
  filtered('regex', { property: 'code', op: 'regex', value: 'a.*' }),
  filtered('in', { property: 'code', op: 'in', value: 'a,b' }),
  filtered('has', { property: 'kind', op: 'exists', value: 'true' }),
];
const bound = (name: string) => ({
  binding: { strength: 'required' as const, valueSet: `http://example.org/vs/${name}` },
});

export const named = { type: 'Patient', url: `${CANONICAL}named` };
export const structures = [
  profile('named', 'Patient', [{ id: 'Patient.name', min: 1 }]),
  profile('derived', named, [
    { id: 'Patient.name', max: '2' },
    { id: 'Patient.name.family', min: 1 },
    { id: 'Patient.contact.name.family', min: 1 },
    { id: 'Patient.deceasedBoolean', min: 1 },
  ]),
  profile('resliced', 'Observation', [
    { id: 'Observation.category', ...by('pattern', '$this'), min: 1 },
    {
      id: 'Observation.category:one',
      sliceName: 'one',
      min: 1,
      max: '3',
      ...pattern('a'),
      ...by('value', 'text'),
    },
    { id: 'Observation.category:one/x', sliceName: 'one/x', min: 1, max: '1' },
    { id: 'Observation.category:one/x.text', fixedString: 'x' },
  ]),
  profile('ordered', 'Observation', [
    { id: 'Observation.category', ...by('pattern', '$this', 'openAtEnd', true) },
    { id: 'Observation.category:a', sliceName: 'a', ...pattern('a') },
    { id: 'Observation.category:b', sliceName: 'b', ...pattern('b') },
  ]),
  profile('identifier', 'Identifier', [
    { id: 'Identifier.system', min: 1, fixedUri: SYSTEM },
    { id: 'Identifier.value', min: 1, maxLength: 3, ...constraint('id-1', "matches('^[0-9]+$')") },
  ]),
  profile('typed', 'Patient', [
    { id: 'Patient.identifier', ...by('pattern', 'system') },
    {
      id: 'Patient.identifier:own',
      sliceName: 'own',
      min: 1,
      type: [{ code: 'Identifier', profile: [`${CANONICAL}identifier`] }],
    },
  ]),
  profile('referring', 'Observation', [
    {
      id: 'Observation.subject',
      type: [{ code: 'Reference', targetProfile: [`${CANONICAL}named`] }],
    },
    { id: 'Observation.performer', ...by('profile', 'resolve()') },
    {
      id: 'Observation.performer:named',
      sliceName: 'named',
      max: '1',
      type: [{ code: 'Reference', targetProfile: [`${CANONICAL}named`] }],
    },
    { id: 'Observation', ...constraint('ref-x', 'focus.all(resolve() is Patient)') },
  ]),
  profile('limits', 'Observation', [
    { id: 'Observation.valueInteger', minValueInteger: 1, maxValueInteger: 5 },
    { id: 'Observation.code', ...bound('below') },
    { id: 'Observation.method', ...bound('not') },
    { id: 'Observation.bodySite', ...bound('kind') },
    { id: 'Observation.dataAbsentReason', ...bound('regex') },
    { id: 'Observation.interpretation', ...bound('in') },
    { id: 'Observation.category', ...bound('has') },
    {
      id: 'Observation',
      ...constraint('m-1', "note.exists() implies code.memberOf('http://example.org/vs/below')"),
    },
  ]),
  profile(
    'odd',
    'Extension',
    [
      { id: 'Extension.url', fixedUri: `${CANONICAL}odd` },
      { id: 'Extension.extension', max: '0' },
      {
        id: 'Extension.value[x]',
        min: 1,
        type: [{ code: 'integer' }],
        ...constraint('odd-1', '$this mod 2 = 1'),
      },
    ],
    { context: [{ type: 'element', expression: 'Patient' }] },
  ),
  profile('extended', 'Patient', [
    {
      id: 'Patient.extension:odd',
      sliceName: 'odd',
      min: 1,
      max: '1',
      type: [{ code: 'Extension', profile: [`${CANONICAL}odd`] }],
    },
  ]),
  profile('document', 'Bundle', [
    { id: 'Bundle.entry', ...by('type', 'resource') },
    { id: 'Bundle.entry:patient', sliceName: 'patient', min: 1, max: '1' },
    {
      id: 'Bundle.entry:patient.resource',
      min: 1,
      type: [{ code: 'Patient', profile: [`${CANONICAL}named`] }],
    },
  ]),
];

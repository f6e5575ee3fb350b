/** What cannot be enforced is reported, and fails the build unless it is accepted. */
import { expect, test } from 'vitest';
import { emitModule } from '../../../../packages/fhir-validator/compiler/emit-module.ts';
import {
  failureText,
  reportGaps,
} from '../../../../packages/fhir-validator/compiler/package-report.ts';
import { selectionsOf } from '../../../../packages/fhir-validator/compiler/selections.ts';
import { base, later } from '../support/base-definitions.ts';
import { by, CANONICAL, constraint, guide, profile } from '../support/guide.ts';

const POLICIES = {
  unknownExtension: 'warning',
  referenceTarget: 'error',
  unknownProfile: 'warning',
} as const;

const REGEX = 'http://hl7.org/fhir/StructureDefinition/regex';
const structures = [
  profile('rule', 'Patient', [{ id: 'Patient', ...constraint('odd-1', 'name.foo()') }]),
  profile('slice', 'Patient', [
    { id: 'Patient.name', ...by('value', 'use') },
    { id: 'Patient.name:a', sliceName: 'a', min: 1 },
  ]),
  profile('base', { type: 'Patient', url: 'http://example.org/unknown' }, []),
  profile('unknown', 'Patient', [{ id: 'Patient.foo', min: 1 }]),
  profile('typed', 'Patient', [
    { id: 'Patient.name', type: [{ code: 'HumanName', profile: ['http://example.org/name'] }] },
  ]),
  profile('target', 'Patient', [
    {
      id: 'Patient.managingOrganization',
      type: [{ code: 'Reference', targetProfile: ['http://example.org/organization'] }],
    },
  ]),
  profile('set', 'Patient', [
    { id: 'Patient.maritalStatus', binding: { strength: 'required', valueSet: 'http://a.b/vs' } },
  ]),
  profile('regex', 'Patient', [
    { id: 'Patient.name.family', extension: [{ url: REGEX, valueString: 'a++' }] },
  ]),
  profile('fine', 'Patient', [{ id: 'Patient.name', min: 1 }]),
];
const { guides } = emitModule(base, [guide(structures)], POLICIES, later());
const modules = guides.slice(1);

test('each gap is reported with its profile, the rule and the reason', () => {
  const { failures } = reportGaps(modules, []);
  const said = failures.map(({ profile: url, what, why }) => [
    url.slice(CANONICAL.length),
    what,
    why,
  ]);
  expect(said).toEqual([
    ['rule', 'invariant odd-1 of Patient', expect.stringContaining('function foo()')],
    ['slice', 'slice Patient.name:a', expect.stringContaining('does not constrain')],
    ['base', 'the whole profile', 'its base http://example.org/unknown is not loaded'],
    ['unknown', 'the whole profile', expect.stringContaining('Patient.foo')],
    ['typed', 'profile http://example.org/name', expect.any(String)],
    ['target', 'reference to http://example.org/organization', expect.any(String)],
    ['regex', 'regex of HumanName.family', expect.stringContaining('a++')],
  ]);
  expect(failureText(failures, ['c.d#1.0.0'])).toMatch(
    /odd-1[\s\S]*c\.d#1\.0\.0[\s\S]*allowPartial/,
  );
});

test('a value set that only a terminology server knows is reported, without a failure', () => {
  const { open } = reportGaps(modules, []);
  expect(open).toEqual([expect.stringMatching(/left open: .*\/set: value set http:\/\/a\.b\/vs/)]);
});

test('what allowPartial accepts is printed, and so is an entry that accepts nothing', () => {
  const { accepted, failures } = reportGaps(modules, [`${CANONICAL}rule`, `${CANONICAL}fine`]);
  expect(failures.some(({ profile: url }) => url === `${CANONICAL}rule`)).toBe(false);
  expect(accepted).toContainEqual(
    expect.stringMatching(/accepted by allowPartial: .*rule: .*odd-1/),
  );
  expect(accepted).toContainEqual(expect.stringMatching(/fine, but that profile has no gap/));
});

test('a requested profile must exist and be of the type', () => {
  const ask = (type: string, name: string) =>
    selectionsOf({ [type]: { always: [CANONICAL + name], ifNoneDeclared: [] } }, {}, [
      guide(structures),
    ]);
  expect(() => ask('Patient', 'none')).toThrow(/in no configured package/);
  expect(() => ask('Observation', 'fine')).toThrow(/a profile of Patient/);
  expect(ask('Patient', 'fine').default).toHaveProperty('Patient');
});

test('a source has its own profiles for the types that it names', () => {
  const wanted = (name: string) => ({ always: [CANONICAL + name], ifNoneDeclared: [] });
  const everybody = { Patient: wanted('fine') };
  const { sources } = selectionsOf(everybody, { clinic: { Patient: wanted('set') }, lab: {} }, [
    guide(structures),
  ]);
  expect(sources['clinic']?.['Patient']).toEqual(wanted('set'));
  expect(sources['lab']).toEqual(everybody);
});

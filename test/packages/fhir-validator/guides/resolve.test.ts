/** `resolve()` in invariants of guides: https://hl7.org/fhir/R4/fhirpath.html#functions */
import { beforeAll, expect, test } from 'vitest';
import { CANONICAL, constraint, guide, profile } from '../support/guide.ts';
import { observation } from '../support/patient.ts';
import { compiledGuides } from '../support/profiled.ts';

const subjects = 'entry.resource.ofType(Observation).subject.resolve()';
const structures = [
  profile('bundle', 'Bundle', [
    { id: 'Bundle', ...constraint('two', `${subjects}.ofType(Patient).count() = 2`) },
    { id: 'Bundle.type', ...constraint('context', `%resource.${subjects}.exists()`) },
  ]),
  profile('active', 'Bundle', [{ id: 'Bundle', ...constraint('on', `${subjects}.active`) }]),
  profile('members', 'Observation', [
    {
      id: 'Observation',
      ...constraint('far', 'hasMember.resolve().subject.resolve().where(active).exists()'),
    },
  ]),
  profile('parameters', 'Parameters', [
    {
      id: 'Parameters',
      ...constraint('in', 'parameter.resource.ofType(Observation).subject.resolve().active'),
    },
  ]),
];
let guides: Awaited<ReturnType<typeof compiledGuides>>;
beforeAll(async () => {
  guides = await compiledGuides([guide(structures)], 'with-resolve');
});

type Json = Record<string, unknown>;
const broken = (resource: Json, name: string) =>
  guides
    .validate({ ...resource, meta: { profile: [CANONICAL + name] } })
    .flatMap(({ severity, rule }) => (severity === 'error' ? [rule] : []));
const patient = (more: Json) => ({ resourceType: 'Patient', ...more });
const bundle = (...entry: [string, Json][]) => ({
  resourceType: 'Bundle',
  type: 'collection',
  entry: entry.map(([fullUrl, resource]) => ({ fullUrl, resource })),
});
const uuid = (digit: number) => `urn:uuid:7d1d9b9c-5a2c-4a3b-9a51-6e1a1f3c0c0${digit}`;
const ofContained = (active: boolean) =>
  observation({
    contained: [patient({ id: 'p', active })],
    subject: { reference: '#p' },
  });

test('a local reference of an entry leads to what that entry contains', () => {
  const two = bundle([uuid(1), ofContained(true)], [uuid(2), ofContained(false)]);
  expect(broken(two, 'bundle')).toEqual([]);
  expect(broken(bundle([uuid(1), ofContained(true)]), 'bundle')).toEqual(['two']);
  expect(broken(bundle([uuid(1), ofContained(true)]), 'active')).toEqual([]);
  expect(broken(bundle([uuid(1), ofContained(false)]), 'active')).toEqual(['on']);
});

test('a relative reference of an entry leads to the entry of the same server', () => {
  const on = (server: string, active: boolean): [string, Json] => [
    `http://${server}.example.org/Patient/1`,
    patient({ id: '1', active }),
  ];
  const about: [string, Json] = [
    'http://b.example.org/Observation/1',
    observation({ id: '1', subject: { reference: 'Patient/1' } }),
  ];
  expect(broken(bundle(on('a', false), on('b', true), about), 'active')).toEqual([]);
  expect(broken(bundle(on('a', true), on('b', false), about), 'active')).toEqual(['on']);
});

test('behind a reference, those of the target are followed from there', () => {
  const whole = (active: boolean) =>
    bundle(
      [
        uuid(1),
        observation({
          hasMember: [{ reference: uuid(2) }],
          meta: { profile: [`${CANONICAL}members`] },
        }),
      ],
      [uuid(2), ofContained(active)],
    );
  expect(broken(whole(true), 'none')).toEqual([]);
  expect(broken(whole(false), 'none')).toEqual(['far']);
});

test('resources in Parameters have contained resources of their own', () => {
  const parameters = (active: boolean) => ({
    resourceType: 'Parameters',
    parameter: [{ name: 'a', resource: ofContained(active) }],
  });
  expect(broken(parameters(true), 'parameters')).toEqual([]);
  expect(broken(parameters(false), 'parameters')).toEqual(['in']);
});

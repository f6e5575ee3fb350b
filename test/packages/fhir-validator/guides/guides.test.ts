/** What guides use, each in a small guide of our own that contains differentials only. */
import { beforeAll, describe, expect, test } from 'vitest';
import { CANONICAL, guide } from '../support/guide.ts';
import { coded, named, SYSTEM, sets, structures, systems } from '../support/guide-fixture.ts';
import { observation, patient } from '../support/patient.ts';
import { compiledGuides } from '../support/profiled.ts';

type Json = Record<string, unknown>;

let guides: Awaited<ReturnType<typeof compiledGuides>>;
beforeAll(async () => {
  guides = await compiledGuides([guide(structures, sets, systems)], 'with-guides');
});

const found = (resource: Json, ...profiles: string[]) =>
  guides
    .validate(
      profiles.length === 0
        ? resource
        : { ...resource, meta: { profile: profiles.map((each) => CANONICAL + each) } },
    )
    .filter(({ severity }) => severity === 'error')
    .map(({ code, expression }) => `${code} ${expression}`);

test('all of it is enforced, with no gap', () => expect(guides.gaps).toEqual([]));

test('an issue names the package of the violated profile, and no other issue does', () => {
  const issues = guides.validate({ ...patient({ gender: 'x' }), meta: { profile: [named.url] } });
  const said = issues.map(({ expression, guide: of }) => [expression, of]);
  expect(said).toContainEqual(['Patient', 'example.guide#1.0.0']);
  expect(said).toContainEqual(['Patient.gender', undefined]);
});

test('an issue names the kind of profile rule that is violated', () => {
  const issues = guides.validate({ ...patient(), meta: { profile: [named.url] } });
  expect(issues.map(({ rule, expression }) => [rule, expression])).toContainEqual([
    'profile/min',
    'Patient',
  ]);
});

test('a profile that is listed twice is checked once', () => {
  const twice = (url: string) => guides.validate({ ...patient(), meta: { profile: [url, url] } });
  expect(twice(named.url).filter(({ rule }) => rule === 'profile/min')).toHaveLength(1);
  const wrong = twice(`${CANONICAL}referring`).filter(
    ({ rule }) => rule === 'fhir-r4/profile-type',
  );
  expect(wrong).toHaveLength(1);
});

describe('differentials without snapshots', () => {
  const whole = { name: [{ family: 'a' }], deceasedBoolean: false };

  test('are merged with their base, including profiles of profiles', () => {
    expect(found(patient(whole), 'derived')).toEqual([]);
    expect(found(patient({ deceasedBoolean: false }), 'derived')).toEqual(['required Patient']);
    const three = Array(3).fill({ family: 'a' });
    expect(found(patient({ ...whole, name: three }), 'derived')).toEqual(['structure Patient']);
  });

  test('may constrain types that their base does not expand', () => {
    const of = (more: Json) => found(patient({ ...whole, ...more }), 'derived');
    expect(of({ name: [{ text: 'a' }] })).toEqual(['required Patient.name[0]']);
    expect(of({ contact: [{ name: { text: 'a' } }] })).toEqual([
      'required Patient.contact[0].name',
    ]);
  });

  test('may require a type of a choice by its JSON name', () => {
    const { deceasedBoolean: _, ...rest } = whole;
    expect(found(patient({ ...rest, deceasedDateTime: '2024' }), 'derived')).toContain(
      'structure Patient.deceased.ofType(dateTime)',
    );
  });
});

describe('slices', () => {
  const of = (...category: Json[]) => found(observation({ category }), 'resliced');

  test('are counted within the slice that contains them', () => {
    const x = { ...coded('a'), text: 'x' };
    expect(of(x)).toEqual([]);
    expect(of(x, coded('a'))).toEqual([]);
    expect(of(coded('a'))).toEqual(['required Observation']);
    expect(of(x, x)).toEqual(['structure Observation']);
    expect(of({ ...coded('b'), text: 'x' })).toHaveLength(2);
  });

  test('keep their order, and other items come after them', () => {
    const order = (...codes: string[]) =>
      found(observation({ category: codes.map(coded) }), 'ordered');
    expect(order('a', 'b', 'ab')).toEqual([]);
    expect(order('b', 'a')).toEqual(['structure Observation.category[1]']);
    expect(order('ab', 'a')).toEqual(['structure Observation.category[1]']);
  });

  test('are distinguished by the profile of their type, which they must conform to', () => {
    const typed = (value: string, system = SYSTEM) =>
      found(patient({ identifier: [{ system, value }] }), 'typed');
    expect(typed('12')).toEqual([]);
    expect(typed('12', 'http://a.b')).toEqual(['required Patient']);
    expect(typed('x')).toEqual(['invariant Patient.identifier[0].value']);
    expect(typed('1234')).toEqual(['too-long Patient.identifier[0].value']);
  });
});

describe('references', () => {
  const url = (n: number) => `urn:uuid:00000000-0000-4000-8000-00000000000${n}`;
  const bundle = (resource: Json) => ({
    resourceType: 'Bundle',
    type: 'collection',
    entry: [
      { fullUrl: url(1), resource: patient({ name: [{ text: 'a' }] }) },
      { fullUrl: url(2), resource: patient() },
      { fullUrl: url(3), resource: { ...resource, meta: { profile: [`${CANONICAL}referring`] } } },
    ],
  });
  const inBundle = (more: Json) =>
    guides
      .validate(bundle(observation(more)))
      .filter(({ severity }) => severity === 'error')
      .map(({ code, expression }) => `${code} ${expression}`);

  test('must lead to a resource that conforms to the profile, if it is in the bundle', () => {
    const at = 'structure Bundle.entry[2].resource.subject';
    expect(inBundle({ subject: { reference: url(1) } })).toEqual([]);
    expect(inBundle({ subject: { reference: url(2) } })).toEqual([at]);
    expect(found(observation({ subject: { reference: 'Patient/1' } }), 'referring')).toEqual([]);
    expect(found(observation({ subject: { reference: 'Group/1' } }), 'referring')).toEqual([
      'structure Observation.subject',
    ]);
  });

  test('distinguish slices by the profile of their target', () => {
    const [one, other] = [{ reference: url(1) }, { reference: url(2) }];
    expect(inBundle({ performer: [one, other, other] })).toEqual([]);
    expect(inBundle({ performer: [one, one] })).toEqual(['structure Bundle.entry[2].resource']);
  });

  test('are resolved in invariants', () => {
    expect(inBundle({ focus: [{ reference: url(1) }] })).toEqual([]);
    expect(inBundle({ focus: [{ reference: url(3) }] })).toEqual([
      'invariant Bundle.entry[2].resource',
    ]);
  });

  test('end when they go in a circle', () => {
    const circle = bundle(observation({ hasMember: [{ reference: url(3) }] }));
    expect(guides.validate(circle).filter(({ severity }) => severity === 'error')).toEqual([]);
  });
});

test('limits hold, and so do value sets by filters on a packaged code system', () => {
  const of = (more: Json) => found(observation({ code: coded('aa'), ...more }), 'limits');
  expect(of({ valueInteger: 3 })).toEqual([]);
  expect(of({ valueInteger: 6 })).toEqual(['value Observation.value.ofType(integer)']);
  expect(of({ code: coded('a') })).toEqual(['code-invalid Observation.code']);
  expect(of({ method: coded('b') })).toEqual([]);
  expect(of({ method: coded('ab') })).toEqual(['code-invalid Observation.method']);
  expect(of({ bodySite: coded('ab') })).toEqual([]);
  expect(of({ bodySite: coded('aa') })).toEqual(['code-invalid Observation.bodySite']);
  expect(of({ dataAbsentReason: coded('b') })).toEqual([
    'code-invalid Observation.dataAbsentReason',
  ]);
  expect(of({ interpretation: [coded('aa')] })).toEqual([
    'code-invalid Observation.interpretation[0]',
  ]);
  expect(of({ category: [coded('aa')] })).toEqual(['code-invalid Observation.category[0]']);
  expect(of({ code: coded('b'), note: [{ text: 'a' }] })).toEqual([
    'invariant Observation',
    'code-invalid Observation.code',
  ]);
});

test('extensions are checked by the invariants and the context of their definition', () => {
  const odd = (valueInteger: number) => ({ url: `${CANONICAL}odd`, valueInteger });
  expect(found(patient({ extension: [odd(1)] }), 'extended')).toEqual([]);
  expect(found(patient({ extension: [odd(2)] }), 'extended')).toEqual([
    'invariant Patient.extension[0].value.ofType(integer)',
  ]);
  expect(found(patient(), 'extended')).toEqual(['required Patient']);
  expect(found(observation({ extension: [odd(1)] }))).toEqual([
    'extension Observation.extension[0]',
  ]);
});

test('resources in a Bundle must conform to the profile of their slice', () => {
  const of = (...resources: Json[]) =>
    found(
      {
        resourceType: 'Bundle',
        type: 'collection',
        entry: resources.map((resource, i) => ({
          fullUrl: `urn:uuid:00000000-0000-4000-8000-00000000000${i}`,
          resource,
        })),
      },
      'document',
    );
  expect(of(patient({ name: [{ text: 'a' }] }), observation({}))).toEqual([]);
  expect(of(patient())).toEqual(['required Bundle.entry[0].resource']);
  expect(of(observation({}))).toEqual(['required Bundle']);
});

test('profiles apply by type, whatever meta.profile says', () => {
  const of = (resource: Json, always: string[], ifNoneDeclared: string[]) =>
    guides
      .validate(resource, false, {
        Patient: {
          always: always.map((each) => CANONICAL + each),
          ifNoneDeclared: ifNoneDeclared.map((each) => CANONICAL + each),
        },
      })
      .filter(({ severity }) => severity === 'error')
      .map(({ text }) => text.split(':', 2)[1]);
  expect(of(patient(), ['named'], [])).toHaveLength(1);
  expect(of(patient(), [], ['named'])).toHaveLength(1);
  const declaring = (name: string) => patient({ meta: { profile: [CANONICAL + name] } });
  expect(
    of(
      { ...declaring('extended'), extension: [{ url: `${CANONICAL}odd`, valueInteger: 1 }] },
      [],
      ['named'],
    ),
  ).toEqual([]);
  // An unknown profile does not replace the required one.
  expect(of(declaring('unknown'), [], ['named'])).toHaveLength(1);
  expect(of(observation({}), ['named'], ['named'])).toEqual([]);
  expect(of(declaring('named'), ['named'], [])).toHaveLength(1);
});

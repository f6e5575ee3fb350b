/**
 * Compiled profiles accept any JSON without throwing. Its basic faults are for the base types to report.
 */
import { expect, test } from 'vitest';
import { growthOf } from '../support/growth.ts';
import { CANONICAL, constraint, guide, profile } from '../support/guide.ts';
import { sets, structures, systems } from '../support/guide-fixture.ts';
import { observation, patient } from '../support/patient.ts';
import { compiledGuides } from '../support/profiled.ts';

type Json = Record<string, unknown>;

/** Converting it to a text or a number throws. */
const UNPRINTABLE = { toString: 1, valueOf: 1 };
const ODD: readonly unknown[] = [
  ...[null, 1, 'x', '#', true, [], {}, [[1]], [null], [{}], { url: 1 }, 'constructor'],
  ...[UNPRINTABLE, [UNPRINTABLE], { resourceType: 'constructor', id: 'a' }],
];
const { validate } = await compiledGuides([guide(structures, sets, systems)], 'with-hostile');

/** Every place in the JSON, as the object and its key. */
function places(value: Json): [Json, string][] {
  return Object.keys(value).flatMap((key) => {
    const inner = value[key];
    const below = typeof inner === 'object' && inner !== null ? places(inner as Json) : [];
    return [[value, key] as [Json, string], ...below];
  });
}

test('no value in any place makes a profile throw', () => {
  const coding = [{ system: 'http://example.org/system', code: 'a' }];
  const subjects = [
    patient({
      extension: [{ url: `${CANONICAL}odd`, valueInteger: 1 }],
      identifier: [{ system: 'http://example.org/system', value: '1' }],
      name: [{ family: 'a', given: ['b'] }],
      contact: [{ name: { family: 'a' } }],
      deceasedBoolean: false,
    }),
    observation({
      category: [{ coding, text: 'x' }],
      subject: { reference: '#a' },
      performer: [{ reference: 'Patient/1' }],
      valueInteger: 3,
      contained: [{ resourceType: 'Patient', id: 'a' }],
    }),
  ];
  const urls = structures.map(({ url }) => url);
  let count = 0;
  for (const subject of subjects) {
    for (let at = 0; at < places(subject).length; at++) {
      for (const odd of ODD) {
        for (const prefix of ['', '_']) {
          const copy = structuredClone(subject);
          const [holder, key] = places(copy)[at] ?? [copy, 'a'];
          if (key === 'resourceType') continue;
          holder[prefix + key] = odd;
          validate({ ...copy, meta: { profile: urls } });
          count++;
        }
      }
    }
  }
  expect(count).toBeGreaterThan(500);
});

test('a chain of references as long as a Bundle ends, in linear time', async () => {
  const url = `${CANONICAL}linked`;
  const other = [{ code: 'Reference', targetProfile: [url] }];
  const linked = profile('linked', 'Patient', [{ id: 'Patient.link.other', type: other }]);
  const compiled = await compiledGuides([guide([linked])], 'with-chain');
  // Far apart, because collecting garbage and compiling take their share of a short time.
  const { exponent } = growthOf([1000, 16_000], (size) => {
    const entry = Array.from({ length: size }, (_, i) => ({
      fullUrl: `http://example.org/Patient/${i}`,
      resource: {
        ...patient({ id: `${i}`, meta: { profile: [url] } }),
        link: [{ other: { reference: `Patient/${i + 1}` }, type: 'seealso' }],
      },
    }));
    return () => {
      const issues = compiled.validate({ resourceType: 'Bundle', type: 'collection', entry });
      expect(issues.filter(({ severity }) => severity === 'error')).toEqual([]);
    };
  });
  expect(exponent).toBeLessThan(1.5);
});

// The first is one of CARIN's: its lists may have thousands of items each.
test.each([
  'item.all(informationSequence.intersect(%context.supportingInfo.where(code.exists().not()).sequence).exists())',
  'item.all(sequence in (%resource.supportingInfo.sequence | %resource.item.sequence))',
  'supportingInfo.sequence.subsetOf(%context.item.where(sequence > 0).sequence)',
])(
  'R62: an invariant that looks up items in another list takes linear time: %s',
  async (expression) => {
    const rule = profile('sequences', 'ExplanationOfBenefit', [
      { id: 'ExplanationOfBenefit', ...constraint('seq-1', expression) },
    ]);
    const compiled = await compiledGuides([guide([rule])], 'with-sequences');
    expect(compiled.gaps).toEqual([]);
    const { exponent } = growthOf([8000, 64_000], (size) => {
      const numbers = Array.from({ length: size }, (_, i) => i + 1);
      const benefit = {
        resourceType: 'ExplanationOfBenefit',
        meta: { profile: [`${CANONICAL}sequences`] },
        supportingInfo: numbers.map((sequence) => ({ sequence, category: { text: 'a' } })),
        item: numbers.map((sequence) => ({
          sequence,
          informationSequence: [sequence],
          productOrService: { text: 'a' },
        })),
      };
      return () => {
        const rules = compiled.validate(benefit).map((each) => each.rule);
        expect(rules).not.toContain('seq-1');
      };
    });
    expect(exponent).toBeLessThan(1.5);
  },
);

test.each([
  ['zeros', '0', '', []],
  ['zeros before a digit', '0', '1', ['profile/range']],
  ['digits before zeros', '10', '', ['profile/range']],
  ['something else behind zeros', '0', 'x', ['fhir-r4/time']],
  ['something else behind digits', '10', 'x', ['fhir-r4/time']],
])('a fraction of %s is compared in linear time', async (_name, digits, end, expected) => {
  const limit = { id: 'Observation.valueTime', maxValueTime: '12:00:00' };
  const compiled = await compiledGuides(
    [guide([profile('noon', 'Observation', [limit])])],
    'with-noon',
  );
  const { exponent } = growthOf([250_000, 1_000_000], (size) => {
    const valueTime = `12:00:00.${digits.repeat(size / digits.length)}${end}`;
    const resource = observation({ valueTime, meta: { profile: [`${CANONICAL}noon`] } });
    const rulesOf = () =>
      compiled
        .validate(resource)
        .flatMap(({ severity, rule }) => (severity === 'error' ? [rule] : []));
    expect(rulesOf()).toEqual(expected);
    return rulesOf;
  });
  expect(exponent).toBeLessThan(1.5);
});

test('profiles of types that refer to each other are checked as deep as a resource may nest', async () => {
  const [own, pointing] = [`${CANONICAL}own`, `${CANONICAL}pointing`];
  const identifier = [{ code: 'Identifier', profile: [own] }];
  const reference = [{ code: 'Reference', profile: [pointing] }];
  const compiled = await compiledGuides(
    [
      guide([
        profile('owning', 'Patient', [{ id: 'Patient.identifier', type: identifier }]),
        profile('own', 'Identifier', [
          { id: 'Identifier.value', min: 1 },
          { id: 'Identifier.assigner', type: reference },
        ]),
        profile('pointing', 'Reference', [{ id: 'Reference.identifier', type: identifier }], {
          kind: 'complex-type',
        }),
      ]),
    ],
    'with-nesting',
  );
  const nested = (depth: number, last: Json): Json => {
    let value = last;
    for (let i = 0; i < depth; i++) value = { value: 'a', assigner: { identifier: value } };
    return value;
  };
  const rulesOf = (identifier: Json) =>
    compiled
      .validate({
        ...patient({ meta: { profile: [`${CANONICAL}owning`] } }),
        identifier: [identifier],
      })
      .flatMap(({ severity, rule }) => (severity === 'error' ? [rule] : []));
  expect(rulesOf(nested(80, { value: 'a' }))).toEqual([]);
  expect(rulesOf(nested(80, { system: 'http://example.org' }))).toEqual(['profile/min']);
  expect(rulesOf(nested(100_000, { value: 'a' }))).not.toEqual([]);
});

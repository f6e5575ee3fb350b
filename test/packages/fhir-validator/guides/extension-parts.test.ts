/** Relative urls in the extensions of guides, of which each is defined by the extension around it. */
import { expect, test } from 'vitest';
import { by, CANONICAL, guide, profile } from '../support/guide.ts';
import { patient } from '../support/patient.ts';
import { compiledGuides } from '../support/profiled.ts';

type Json = Record<string, unknown>;

const ANYWHERE = { context: [{ type: 'element' as const, expression: 'Patient' }] };
const part = (name: string) => [
  { id: `Extension.extension:${name}`, sliceName: name, max: '1' },
  { id: `Extension.extension:${name}.url`, fixedUri: `${name}-url` },
];
const sliced = (name: string, rules: string, ...parts: string[]) =>
  profile(
    name,
    'Extension',
    [
      { id: 'Extension.url', fixedUri: CANONICAL + name },
      { id: 'Extension.extension', ...by('value', 'url', rules) },
      ...parts.flatMap(part),
    ],
    ANYWHERE,
  );
const whole = sliced('whole', 'open', 'one', 'two');
const narrower = profile(
  'narrower',
  whole,
  [{ id: 'Extension.url', fixedUri: `${CANONICAL}narrower` }, ...part('three')],
  ANYWHERE,
);
const simple = profile('simple', 'Extension', [
  { id: 'Extension.url', fixedUri: `${CANONICAL}simple` },
  { id: 'Extension.value[x]', type: [{ code: 'string' }] },
]);
const valued = profile('valued', simple, [{ id: 'Extension.extension', max: '0' }]);

const guides = await compiledGuides(
  [guide([whole, narrower, sliced('closed', 'closed', 'one'), simple, valued])],
  'with-parts',
);

const found = (name: string, url: string, more: Json = { valueString: 'a' }) =>
  guides
    .validate(patient({ extension: [{ url: CANONICAL + name, extension: [{ url, ...more }] }] }))
    .filter(({ severity }) => severity === 'error')
    .map(({ rule, expression, text }) => [rule, expression, text.split(' defines ')[1]]);

const AT = 'Patient.extension[0].extension[0]';
const refused = (defined: string) => ['fhir-r4/extension-parts', AT, defined];

test('all of it is enforced, with no gap', () => expect(guides.gaps).toEqual([]));

test.each([
  ['whole', 'one-url', []],
  ['whole', 'two-url', []],
  ['whole', 'three-url', [refused('only one-url, two-url')]],
  ['whole', 'one', [refused('only one-url, two-url')]],
  ['narrower', 'one-url', []],
  ['narrower', 'three-url', []],
  ['narrower', 'four-url', [refused('only one-url, two-url, three-url')]],
  ['simple', 'one-url', [refused('none')]],
])('R4: the extension %s, a part with the url %s', (name, url, expected) => {
  expect(found(name, url)).toEqual(expected);
});

test('R4: a part with an absolute url has a definition of its own', () => {
  expect(found('whole', `${CANONICAL}other`)).toEqual([]);
  expect(found('simple', `${CANONICAL}other`)).toEqual([]);
});

test('closed slicing rejects both', () => {
  expect(found('closed', 'other')).toHaveLength(2);
  expect(found('closed', `${CANONICAL}other`).map(([rule]) => rule)).toEqual(['profile/slicing']);
});

test('an extension that may have no parts has no second issue', () => {
  const rules = found('valued', 'one').map(([rule]) => rule);
  expect(rules).not.toContain('fhir-r4/extension-parts');
  expect(rules).not.toEqual([]);
});

/** Families of inputs that can grow to any size, each aimed at a rule of the validator. */
import { list, type Making, nested } from './growth.ts';
import { BUNDLES } from './hostile-bundles.ts';
import { RESOURCES } from './hostile-resources.ts';

export interface Family {
  readonly name: string;
  /** A JSON text with n items of the family. */
  readonly make: (size: number) => string;
}

const inPatient = (member: string): string => `{"resourceType":"Patient",${member}}`;
const narrated = (inner: string): string => {
  const div = `<div xmlns="http://www.w3.org/1999/xhtml">${inner}</div>`;
  return JSON.stringify({ resourceType: 'Patient', text: { status: 'generated', div } });
};

const TEXTS: Making[] = [
  [
    'an integer written as 1.0',
    (n) => inPatient(`"multipleBirthInteger":1.0,"x":${nested(n, '[', '1.0', ']')}`),
  ],
  ['many integers written as 1.0', (n) => inPatient(`"photo":[${list(n, () => '{"size":1.0}')}]`)],
  [
    'a lone surrogate in nested objects',
    (n) => inPatient(`"x":${nested(n, '{"a":', '"\\ud800"', '}')}`),
  ],
  ['many lone surrogates in a row', (n) => inPatient(`"x":[${list(n, () => '"\\ud800"')}]`)],
  ['repeated members', (n) => inPatient(list(n, () => '"active":true').join())],
  ['different members', (n) => inPatient(list(n, (i) => `"k${i}":1`).join())],
  [
    'repeated members in nested objects',
    (n) => inPatient(`"x":${nested(n, '{"a":1,"a":', '1', '}')}`),
  ],
  ['empty objects', (n) => inPatient(`"x":[${list(n, () => '{}')}]`)],
  ['empty names', (n) => inPatient(`"name":[${list(n, () => '{}')}]`)],
  [
    'empty concepts',
    (n) =>
      `{"resourceType":"CodeSystem","status":"draft","content":"complete","count":1,"property":[{"code":"a","type":"string"}],"concept":[${list(n, () => '{}')}]}`,
  ],
  [
    'nested concepts',
    (n) =>
      `{"resourceType":"CodeSystem","status":"draft","content":"complete","count":1,"property":[{"code":"a","type":"string"}],"concept":[${nested(n, '{"code":"a","property":[{"code":"a","valueCode":"b"}],"concept":[', '{"code":"b"}', ']}')}]}`,
  ],
  ['nested arrays', (n) => nested(n, '[', '', ']')],
  ['a text without an end', (n) => inPatient(`"x":${'[{"a":'.repeat(n)}`)],
  [
    'nested extensions',
    (n) => inPatient(`"extension":${nested(n, '[{"url":"http://a.b/c","extension":', '1', '}]')}`),
  ],
  [
    'nested bundles',
    (n) =>
      nested(n, '{"resourceType":"Bundle","type":"collection","entry":[{"resource":', '1', '}]}'),
  ],
  [
    'nested contained resources',
    (n) => nested(n, '{"resourceType":"Patient","contained":[', '1', ']}'),
  ],
  ['white space', (n) => inPatient(`"active"${' '.repeat(n)}:true`)],
  ['quotes and colons', (n) => inPatient(`"x":"${'\\" :'.repeat(n)}"`)],
  ['a number', (n) => inPatient(`"x":${'9'.repeat(n)}`)],
  ['an unending number', (n) => inPatient(`"x":[${'9'.repeat(n)}e`)],
];

const NARRATIVES: Making[] = [
  ['links', (n) => list(n, (i) => `<a href="#x${i}">x</a>`).join('')],
  ['anchors and links', (n) => list(n, (i) => `<a name="x${i}" href="#x${n - i}">x</a>`).join('')],
  ['images', (n) => list(n, (i) => `<img src="#x${i}" alt="a"/>`).join('')],
  ['entities', (n) => '&amp;'.repeat(n)],
  ['ampersands in a link', (n) => `<a href="${'&amp;'.repeat(n)}">a</a>`],
  ['a script after a long text', (n) => `<a href="${'&#9;'.repeat(n)}javascript:a">a</a>`],
  ['attributes', (n) => `<p ${list(n, (i) => `a${i}="b"`).join(' ')}>a</p>`],
  ['nested elements', (n) => nested(n, '<b>', 'a', '</b>')],
  ['comments', (n) => '<!-- -->'.repeat(n)],
  ['comments that never end', (n) => '<!-- '.repeat(n)],
  ['texts before a comment that holds ]]>', (n) => `${'<b/>]]'.repeat(4 * n)}<!-- ]]> -->`],
  ['starts', (n) => '<b'.repeat(n)],
  ['a long entity', (n) => `&${'a'.repeat(n)};`],
];

export const FAMILIES: readonly Family[] = [
  ...TEXTS.map(([name, make]) => ({ name: `text: ${name}`, make })),
  ...[...RESOURCES, ...BUNDLES].map(([name, make]) => ({ name: `resource: ${name}`, make })),
  ...NARRATIVES.map(([name, make]) => ({
    name: `narrative: ${name}`,
    make: (size: number) => narrated(make(size)),
  })),
];

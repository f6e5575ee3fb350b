/**
 * Resources of any size, in the shapes that cost most. Each holds a title in the characters asked
 * for: one character outside Latin-1 doubles the memory of a whole text.
 */

export const CHARACTERS = {
  'Latin-1': 'é',
  'two-byte': '–',
  astral: '😀',
  escaped: '\\u0041',
  'escaped astral': '\\ud83d\\ude00',
} as const;
export type Characters = keyof typeof CHARACTERS;

type Shape = (bytes: number, title: string) => string;

/** Items until the size is reached. */
function filled(head: string, item: (n: number, title: string) => string, tail: string): Shape {
  return (bytes, title) => {
    const start = head.replace('TITLE', title);
    const size = Buffer.byteLength(item(1_000_000, title)) + 1;
    const room = bytes - Buffer.byteLength(start) - Buffer.byteLength(tail);
    const items = Array.from({ length: Math.floor(room / size) }, (_, n) => item(n, title));
    return `${start}${items.join(',')}${tail}`;
  };
}

/** One thing inside another, until the size is reached. */
function nested(open: string, core: string, close: string): Shape {
  return (bytes, title) => {
    const start = `{"resourceType":"Patient","name":[{"text":"${title}"}],"extension":`;
    const room = bytes - Buffer.byteLength(start) - core.length - 1;
    const levels = Math.floor(room / (open.length + close.length));
    return `${start}${open.repeat(levels)}${core}${close.repeat(levels)}}`;
  };
}

const PATIENT = '{"resourceType":"Patient","name":[{"text":"TITLE"}],';
const CODE = '{"resourceType":"Observation","status":"final","code":{"text":"TITLE"';
const LIST = '{"resourceType":"List","title":"TITLE","status":"current","mode":"working","entry":[';
const PARAMETERS = '{"resourceType":"Parameters","parameter":[{"name":"TITLE","valueInteger":1},';
const BUNDLE =
  '{"resourceType":"Bundle","type":"collection","identifier":{"value":"TITLE"},"entry":[';
const observation = (n: number) =>
  `{"fullUrl":"http://example.org/Observation/${id(n)}","resource":{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"8867-4"}]},"valueQuantity":{"value":61.5,"unit":"/min"}}}`;
const DEEP = 80;
const deep = `${'{"url":"u:a","extension":['.repeat(DEEP)}{"url":"u:b","valueCode":"c"}${']}'.repeat(DEEP)}`;

/** Each is one number as long as the other. */
const id = (n: number) => String(n).padStart(7, '0');

/** Valid text that a producer may send: many small items. */
export const VALID: Readonly<Record<string, Shape>> = {
  'long strings': filled(
    `${CODE}},"note":[`,
    (_, title) => `{"text":"${title.repeat(Math.floor(20_000 / Buffer.byteLength(title)))}"}`,
    ']}',
  ),
  'many array entries': filled(`${PATIENT.slice(0, -3)},"given":[`, (n) => `"g${id(n)}"`, ']}]}'),
  'many references': filled(LIST, (n) => `{"item":{"reference":"Patient/${id(n)}"}}`, ']}'),
  'many small objects': filled(`${CODE},"coding":[`, () => '{"code":"a"}', ']}}'),
  'small objects in small objects': filled(
    `${CODE}},"referenceRange":[`,
    () => '{"low":{"value":1}}',
    ']}',
  ),
  'many element ids': filled(`${CODE},"coding":[`, (n) => `{"id":"${id(n)}","code":"a"}`, ']}}'),
  'extensions 80 deep': filled(`${PATIENT}"extension":[`, () => deep, ']}'),
  'a Bundle of Observations': filled(BUNDLE, observation, ']}'),
  'a Bundle with urls': filled(
    BUNDLE,
    (n) =>
      `{"fullUrl":"http://example.org/Basic/${id(n)}","resource":{"resourceType":"Basic","code":{"text":"a"}}}`,
    ']}',
  ),
  'a decimal written 1.0': filled(
    `${PARAMETERS}{"name":"d","valueDecimal":1.0},`,
    () => '{"name":"a","valueInteger":1}',
    ']}',
  ),
};

/** Invalid text, which must get a verdict too. */
export const INVALID: Readonly<Record<string, Shape>> = {
  'no JSON at its end': (bytes, title) =>
    `${(VALID['many references'] as Shape)(bytes - 1, title)},`,
  'numbers for objects': filled(`${PATIENT}"extension":[`, () => '1', ']}'),
  'an array in each object': filled(`${PATIENT}"extension":[`, () => '{"a":[0]}', ']}'),
  'a key twice': filled(
    LIST.replace('"mode":"working"', '"mode":"working","mode":"working"'),
    () => '{"item":{"reference":"Patient/1"}}',
    ']}',
  ),
  'empty objects': filled(`${PATIENT}"extension":[`, () => '{}', ']}'),
  'many names': filled(`${PATIENT}"extension":[`, (n) => `{"n${id(n)}":0}`, ']}'),
  'arrays without end': nested('[', '', ']'),
  'objects without end': nested('{"a":', '1', '}'),
  'elements 400 deep': filled(
    `${PATIENT}"extension":[`,
    () => `${'{"a":['.repeat(400)}0${']}'.repeat(400)}`,
    ']}',
  ),
};

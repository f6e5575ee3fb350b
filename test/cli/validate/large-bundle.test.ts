/** R07: a Bundle that is read in parts has the findings of the whole. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Finding, findingsOf } from '../../../cli/validate/findings.ts';
import { readToValidate } from '../../../cli/validate/inputs.ts';
import { largeBundleIn } from '../../../cli/validate/large-bundle.ts';
import { openValidator } from '../../../cli/validate/open-validator.ts';
import type {
  CompiledValidator,
  Limits,
} from '../../../packages/fhir-validator/compiled-validator.ts';

let file = '';
let validator: CompiledValidator;
beforeAll(async () => {
  file = join(await mkdtemp(join(tmpdir(), 'large-bundle-')), 'bundle.json');
  ({ validator } = await openValidator({ ig: [], profile: [], allowPartial: [], warnings: true }));
});
afterAll(() => rm(join(file, '..'), { recursive: true }));

const ALL = { undecided: true };

async function inParts(content: string | Uint8Array, windowBytes = 64, limits: Limits = ALL) {
  await writeFile(file, content);
  const found = largeBundleIn(file, validator, limits, { bytesMin: 0, windowBytes });
  return found && [...found];
}

async function asAWhole(content: string | Uint8Array, limits: Limits = ALL) {
  await writeFile(file, content);
  const found: Finding[] = [];
  for await (const entry of readToValidate(file)) {
    const validate = (text: string, more = {}) =>
      validator.validateText(text, { ...more, ...limits });
    found.push(...findingsOf(entry, validate));
  }
  return found;
}

const url = (id: string, type = 'Patient') => `http://a.example/${type}/${id}`;
const patient = (id: string, more = {}) => ({ resourceType: 'Patient', id, ...more });
const entry = (resource: { id?: string }, more = {}) => ({
  fullUrl: url(resource.id ?? 'none'),
  resource,
  ...more,
});
const observation = (subject: object, more = {}) => ({
  resourceType: 'Observation',
  id: 'o',
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '2093-3' }] },
  subject,
  ...more,
});
const at = (fullUrl: string, resource: object, more = {}) => ({ fullUrl, resource, ...more });
const LIPIDS = 'http://hl7.org/fhir/StructureDefinition/lipidprofile';
const report = (to: string) => ({
  resourceType: 'DiagnosticReport',
  id: 'r',
  meta: { profile: [LIPIDS] },
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '57698-3' }] },
  result: [{ reference: to }, { reference: 'Observation/other' }],
});

/** Entries of which each breaks a rule, or only one because of the others. */
const ENTRIES: Readonly<Record<string, unknown>> = {
  good: entry(patient('good', { birthDate: '1970-01-01' })),
  code: entry(patient('code', { gender: 'x', extra: 1, name: [{}] })),
  characters: entry(patient('characters', { name: [{ family: 'é\u0007\ud800 "q" \\ 𝒳' }] })),
  empty: at('urn:uuid:68d043b5-9ecf-4559-a57a-396e0d452311', {}),
  onlyId: at(url('only'), { id: 'only' }),
  unknown: at(url('u', 'Nothing'), { resourceType: 'Nothing', id: 'u' }),
  withoutUrl: { resource: patient('w') },
  relativeUrl: at('Patient/relative', patient('relative')),
  otherUrl: at(url('other'), patient('another')),
  version: at(url('v'), patient('v', { meta: { versionId: '2' } })),
  sameVersion: at(url('v'), patient('v', { meta: { versionId: '3' } })),
  history: at(`${url('h')}/_history/1`, patient('h')),
  forward: at(
    url('o', 'Observation'),
    observation({ reference: 'urn:uuid:68d043b5-9ecf-4559-a57a-396e0d452312', type: 'Patient' }),
  ),
  target: at('urn:uuid:68d043b5-9ecf-4559-a57a-396e0d452312', {
    resourceType: 'Group',
    id: 'g',
    type: 'person',
    actual: true,
  }),
  malformed: at(
    url('m', 'Observation'),
    observation({ reference: 'nothing/like this' }, { id: 'm' }),
  ),
  local: at(
    url('l', 'Observation'),
    observation({ reference: '#p' }, { id: 'l', contained: [patient('p'), patient('q')] }),
  ),
  report: at(url('r', 'DiagnosticReport'), report('Observation/c')),
  cholesterol: at(url('c', 'Observation'), observation({ display: 'x' }, { id: 'c' })),
  other: at(
    url('other', 'Observation'),
    observation({}, { id: 'other', code: { text: 'something else' } }),
  ),
  nested: at('urn:uuid:68d043b5-9ecf-4559-a57a-396e0d452313', {
    resourceType: 'Bundle',
    type: 'document',
    entry: [{ resource: patient('n', { gender: 'y' }) }, { search: { mode: 'match' } }],
  }),
  search: entry(patient('search'), { search: { mode: 'match', score: 'high' } }),
  outcome: entry(patient('outcome'), { search: { mode: 'outcome' } }),
  request: { request: { method: 'DELETE', url: 'Patient/1' } },
  response: {
    response: { status: '200', outcome: patient('z', { gender: 'z' }) },
    id: 'same id',
  },
  unasked: entry(patient('unasked', { photo: [{ contentType: 'image/pngg' }] })),
};

const TYPES = ['collection', 'searchset', 'transaction', 'batch-response', 'history', 'bogus'];
const SELF = [{ relation: 'self', url: 'http://a.example/Observation?x=y' }];

describe('R07: in parts as in one piece', () => {
  test.each(TYPES)('each entry alone, and all together, in a %s', async (type) => {
    const all = Object.values(ENTRIES);
    let compared = 0;
    for (const list of [...all.map((each) => [each]), all, all.toReversed()]) {
      const text = JSON.stringify(
        { resourceType: 'Bundle', type, link: SELF, entry: list },
        null,
        1,
      );
      const whole = await asAWhole(text);
      expect(await inParts(text)).toEqual(whole);
      compared += whole.length;
    }
    expect(compared).toBeGreaterThan(3 * all.length);
  });

  test('any members in any order, with any space, and any part of the file in memory', async () => {
    const more = fc.constantFrom({}, { total: 1.5 }, { foo: [] }, { link: [{}, ...SELF, ...SELF] });
    const space = fc.constantFrom(undefined, 1, '\t', '\r\n');
    const list = fc.array(fc.constantFrom(...Object.keys(ENTRIES)), { minLength: 1, maxLength: 8 });
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...TYPES),
        more,
        space,
        list,
        fc.boolean(),
        fc.integer({ min: 1, max: 300 }),
        async (type, members, indent, names, isFirst, windowBytes) => {
          const entries = { entry: names.map((name) => ENTRIES[name]) };
          const first = isFirst ? entries : {};
          const bundle = {
            resourceType: 'Bundle',
            ...first,
            id: 'b',
            type,
            ...members,
            ...entries,
          };
          const text = `\n ${JSON.stringify(bundle, null, indent)} \n`;
          const found = await inParts(text, windowBytes);
          if (found === undefined) return;
          expect(found).toEqual(await asAWhole(text));
          compared++;
        },
      ),
      { numRuns: 150 },
    );
    expect(compared).toBeGreaterThan(75);
  });

  test('what only the text shows: repeated names, lone surrogates, integers written as 1.0', async () => {
    const resource =
      '{"resourceType":"Patient","id":"t","gender":"male","gender" : "male",\n"name":[{"family":"\\ud800"}],' +
      '"telecom":[{"rank":1.0,"system":"phone","value":"1"}]}';
    const text = `{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"${url('t')}",\n"resource":${resource}}]}`;
    const found = await inParts(text);
    expect(found).toEqual(await asAWhole(text));
    expect(found?.[0]?.issues.map(({ rule, line }) => [rule, line])).toEqual([
      ['fhir-r4/duplicate-property', 2],
      ['fhir-r4/lone-surrogate', 3],
      ['fhir-r4/positiveInt', 3],
      ['dom-6', 2],
    ]);
  });

  test('a byte order mark, and characters that a border of the part in memory divides', async () => {
    const bundle = { resourceType: 'Bundle', type: 'collection', entry: [ENTRIES['characters']] };
    const text = `\u{feff}${JSON.stringify(bundle)}`;
    const whole = await asAWhole(text);
    for (let bytes = 1; bytes < 80; bytes++) expect(await inParts(text, bytes)).toEqual(whole);
  });

  test('more questions than one Bundle may ask', async () => {
    const photo = (i: number) => ({ contentType: `image/${i}`, url: `http://a.b/${i}` });
    const asks = (id: string) =>
      entry(patient(id, { photo: Array.from({ length: 40 }, (_, i) => photo(i)) }));
    const bundle = { resourceType: 'Bundle', type: 'collection', entry: [asks('a'), asks('b')] };
    const text = JSON.stringify(bundle);
    const found = await inParts(text);
    expect(found).toEqual(await asAWhole(text));
    expect(found?.at(-1)?.issues).toMatchObject([{ rule: 'fhir-r4/binding-not-verified' }]);
  });
});

describe('R07: the limits are those of the whole', () => {
  const bad = (id: string) => entry(patient(id, { gender: 'x', active: 1, birthDate: 'y' }));
  const bundle = { resourceType: 'Bundle', type: 'collection', entry: [bad('a'), bad('b')] };
  const text = JSON.stringify(bundle);

  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9])('%d issues', async (issuesMax) => {
    const found = await inParts(text, 64, { issuesMax });
    expect(found).toEqual(await asAWhole(text, { issuesMax }));
    expect(found?.flatMap(({ issues }) => issues).length).toBeGreaterThan(0);
  });

  test('nesting without end', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    for (const member of ['"type"', '"fullUrl"', '"gender"']) {
      const nested = text.replace(member, `"link":${deep},${member}`);
      expect(await inParts(nested)).toEqual(await asAWhole(nested));
    }
  });
});

describe('R07: what is no usual Bundle is read as a whole', () => {
  const text = JSON.stringify({
    resourceType: 'Bundle',
    type: 'collection',
    entry: [entry(patient('a')), entry(patient('b', { name: [{ family: 'é' }] }))],
  });
  const bytes = Buffer.from(text);
  const accent = bytes.indexOf(0xc3);

  test('as this one is not', async () => expect(await inParts(text)).toHaveLength(3));

  test('cut off anywhere', async () => {
    for (let end = 0; end < bytes.length; end += 3) {
      expect(await inParts(bytes.subarray(0, end))).toBeUndefined();
    }
  });

  test.each<[string, string | Uint8Array]>([
    ['entries twice', text.replace('"type"', '"entry":[{}],"type"')],
    ['a name twice', text.replace('"type"', '"type":"history","type"')],
    ['a name with an escape', text.replace('"entry"', '"\\u0065ntry"')],
    ['a resource twice', text.replace('"resource"', '"resource":{},"resource"')],
    ['a fullUrl twice', text.replace('"fullUrl"', '"fullUrl":"a:b","fullUrl"')],
    ['a resource that is not an object', text.replace('"entry":[', '"entry":[{"resource":[]},')],
    ['an entry without members', text.replace('"entry":[', '"entry":[{},')],
    ['an entry that is not an object', text.replace('"entry":[', '"entry":[null,')],
    ['an extra comma', text.replace(']}', ',]}')],
    ['text after the end', `${text}{}`],
    ['two Bundles', `${text}\n${text}`],
    ['brackets that do not match', text.replace('"a"}', '"a"]')],
    ['a document', text.replace('collection', 'document')],
    ['a message', text.replace('collection', 'message')],
    ['no type', text.replace('"type"', '"typ"')],
    ['a profile of its own', text.replace('"type"', '"meta":{"profile":["http://a.b"]},"type"')],
    ['another resource', text.replace('Bundle', 'Patient')],
    ['an array', `[${text}]`],
    ['no entries', '{"resourceType":"Bundle","type":"collection","entry":[]}'],
    [
      'bad UTF-8 in a resource',
      Buffer.concat([bytes.subarray(0, accent + 1), bytes.subarray(accent + 2)]),
    ],
    ['bad UTF-8 around them', Buffer.concat([bytes.subarray(0, -1), Buffer.from([0xff, 0x7d])])],
    ['a lone surrogate around them', text.replace('"type"', '"id":"\\ud800","type"')],
  ])('%s', async (_name, content) => {
    expect(await inParts(content)).toBeUndefined();
    expect((await asAWhole(content)).length).toBeGreaterThan(0);
  });

  test('a small file, a folder, a file of lines, and none at all', async () => {
    await writeFile(file, text);
    expect(largeBundleIn(file, validator, ALL)).toBeUndefined();
    for (const each of [join(file, '..'), `${file}.ndjson`, '-']) {
      expect(largeBundleIn(each, validator, ALL, { bytesMin: 0 })).toBeUndefined();
    }
  });
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cli } from '../support/cli.ts';

const PRETTY = '{\n "resourceType": "Patient",\n "active": true\n}\n';
const BAD = { resourceType: 'Patient', id: 'b', gender: 'x' };

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'validate-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function validate(
  files: Record<string, string | Buffer>,
  { input = '', options = [] as string[] } = {},
) {
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  const names = Object.keys(files);
  const words = ['validate', ...options, ...(names.length > 0 ? names : ['-'])];
  const { status, out, err } = await cli(words, { cwd: folder, input });
  return { exitCode: status, stdout: out.replace(/\n$/, ''), stderr: err.replace(/\n$/, '') };
}

describe('R07: the entries of a Bundle are validated, then the Bundle itself', () => {
  const entry = (resource: object, i: number) => ({ fullUrl: `http://a.b/Patient/${i}`, resource });
  const bundle = (more: object, ...resources: object[]) =>
    JSON.stringify(
      { resourceType: 'Bundle', type: 'collection', entry: resources.map(entry), ...more },
      null,
      1,
    );

  test.each([
    ['an unknown type', { type: 'bogus' }],
    ['an unknown property', { foo: 1 }],
    ['an empty array', { entry: [] }],
    [
      'an object instead of a list of entries',
      { entry: { resource: { resourceType: 'Patient' } } },
    ],
  ])('%s', async (_name, more) => {
    const { exitCode, stdout } = await validate({
      'b.json': bundle(more, { resourceType: 'Patient' }),
    });
    expect(stdout).toMatch(/^b\.json:1: Bundle$/m);
    expect(exitCode).toBe(1);
  });

  test('each entry has its place, line, type and id, in .gz and .ndjson as well', async () => {
    const text = bundle({}, { resourceType: 'Patient' }, { ...BAD, id: '1' });
    const { stdout, stderr } = await validate({ 'b.json.gz': gzipSync(text) });
    const line = text.split('\n').findIndex((each) => each.includes('"id": "1"')) - 2;
    expect(stdout).toMatch(`b.json.gz:${line + 1}: entry[1] Patient/1\n`);
    expect(stdout).toContain(
      `  error  fhir-r4/required-binding  Patient.gender  line ${line + 4}\n    'x' is not in the value set`,
    );
    expect(stderr).toMatch(/^3 validated, 1 invalid\n +1 {2}fhir-r4\/required-binding$/);
    const one = JSON.stringify(JSON.parse(text));
    expect((await validate({ 'b.ndjson': `${one}\n${one}\n` })).stdout).toMatch(
      /^b\.ndjson:2: entry\[1\] Patient\/1$/m,
    );
  });

  test('all issues are printed, also beyond the limit for one resource', async () => {
    const many = Array.from({ length: 300 }, (_, i) => ({ ...BAD, id: String(i) }));
    const { stderr } = await validate({ 'many.json': bundle({}, ...many) });
    expect(stderr).toMatch(/^301 validated, 300 invalid/);
  });
});

describe('R07: a file’s content decides its format, not its name', () => {
  test.each(['patient.fhir', 'patient', 'patient.json'])(
    '%s, over several lines, is read',
    async (name) => {
      const { exitCode, stderr } = await validate({ [name]: PRETTY });
      expect(stderr).toBe('1 validated, 0 invalid');
      expect(exitCode).toBe(0);
    },
  );

  test('so is standard input: one resource, or one on each line', async () => {
    expect((await validate({}, { input: PRETTY })).stderr).toBe('1 validated, 0 invalid');
    const lines = `{"resourceType":"Patient"}\n\n${JSON.stringify(BAD)}\n`;
    expect((await validate({}, { input: lines })).stdout).toMatch(/^-:3: Patient\/b\n/);
    const broken = `{"resourceType":\n{"resourceType":"Patient"}\n`;
    expect((await validate({}, { input: broken })).stderr).toMatch(/^2 validated, 1 invalid/);
  });

  test('an array is one problem', async () => {
    const { exitCode, stdout } = await validate({ 'a.json': '[{"resourceType":"Patient"}]' });
    expect(stdout).toContain('an array of 1, not a resource');
    expect(exitCode).toBe(1);
  });

  test.each(['', ' \n\n'])('%j is reported as empty, not as a resource', async (content) => {
    const { exitCode, stdout } = await validate({ 'e.json': content });
    expect(stdout).toContain('The file is empty');
    expect(exitCode).toBe(1);
    const none = await validate({ 'e.ndjson': content });
    expect(none.stderr).toBe('0 validated, 0 invalid: no resource was found');
    expect(none.exitCode).toBe(0);
  });

  test('XML is one problem', async () => {
    const xml =
      '<?xml version="1.0"?>\n<Patient xmlns="http://hl7.org/fhir">\n<id value="a"/>\n</Patient>\n';
    const { stdout, stderr } = await validate({ 'p.xml': xml });
    expect(stdout).toMatch(/^p\.xml:1:\n.*fhir-r4\/xml\n.*this is XML/);
    expect(stderr).toMatch(/^1 validated, 1 invalid/);
  });

  test('a resource that the pipeline would refuse is refused', async () => {
    const data = 'QUJD'.repeat(3 * 1024 * 1024);
    const binary = JSON.stringify({ resourceType: 'Binary', contentType: 'a/b', data });
    const { stderr } = await validate({
      'large.json': binary,
      'large.ndjson': `${binary}\n${binary}`,
    });
    expect(stderr.split('\n')[0]).toBe('3 validated, 0 invalid');
  });
});

describe('R07: warnings', () => {
  const files = { 'p.json': PRETTY, 'q.json': JSON.stringify(BAD) };

  test('are not printed by default', async () => {
    const { stdout, stderr } = await validate(files);
    expect(stdout).not.toContain('dom-6');
    expect(stderr).toBe('2 validated, 1 invalid\n       1  fhir-r4/required-binding');
  });

  test.each(['text', 'json', 'sarif'])(
    'are in %s only with --warnings, also those of an invalid resource',
    async (format) => {
      const said = async (...more: string[]) =>
        (await validate(files, { options: ['--format', format, ...more] })).stdout;
      const errors = await said();
      expect(errors).toContain('fhir-r4/required-binding');
      expect(errors).not.toContain('dom-6');
      expect((await said('--warnings')).match(/dom-6: /g)).toHaveLength(2);
    },
  );

  test('with --warnings are printed and counted, for valid resources too', async () => {
    const { stdout, stderr } = await validate(files, { options: ['--warnings'] });
    expect(stdout).toMatch(/^p\.json:1: Patient\n {2}warning {2}dom-6 {2}Patient\n {4}dom-6: /);
    expect(stderr).toMatch(/^2 validated, 1 invalid, 1 valid with warnings$/m);
    expect(stderr).toMatch(/^ +2 {2}dom-6 \(warning\)$/m);
  });

  test('are in the JSON too', async () => {
    const options = ['--warnings', '--format', 'json'];
    const { results, ...summary } = JSON.parse((await validate(files, { options })).stdout);
    expect(results).toHaveLength(2);
    expect(summary).toMatchObject({ invalid: 1, warned: 1, warnings: { 'dom-6': 2 } });
  });
});

describe('R07: output formats', () => {
  const files = { 'p.json': JSON.stringify(BAD), 'q.json': '{' };

  test('JSON has all results', async () => {
    const { stdout } = await validate(files, { options: ['--format', 'json'] });
    const { results, ...summary } = JSON.parse(stdout);
    expect(results).toMatchObject([
      {
        file: 'p.json',
        line: 1,
        resourceType: 'Patient',
        id: 'b',
        outcome: { resourceType: 'OperationOutcome' },
      },
      { file: 'q.json', outcome: { issue: [{ details: { coding: [{ code: 'fhir-r4/json' }] } }] } },
    ]);
    expect(summary).toEqual({
      validated: 2,
      invalid: 2,
      rules: { 'fhir-r4/required-binding': 1, 'fhir-r4/json': 1 },
    });
    expect(results[0].outcome.issue[0].extension).toEqual([
      {
        url: 'http://hl7.org/fhir/StructureDefinition/operationoutcome-issue-line',
        valueInteger: 1,
      },
    ]);
    const none = await validate({ 'p.json': PRETTY }, { options: ['--format', 'json'] });
    expect(JSON.parse(none.stdout)).toEqual({ results: [], validated: 1, invalid: 0, rules: {} });
  });

  test('SARIF has all issues', async () => {
    const { stdout } = await validate(files, { options: ['--format', 'sarif'] });
    const { version, runs } = JSON.parse(stdout);
    expect(version).toBe('2.1.0');
    expect(runs[0].tool.driver).toEqual({
      name: 'fhir-failsafe',
      rules: [{ id: 'fhir-r4/required-binding' }, { id: 'fhir-r4/json' }],
    });
    expect(runs[0].results).toContainEqual({
      ruleId: 'fhir-r4/required-binding',
      level: 'error',
      message: { text: expect.stringContaining("'x' is not in the value set") },
      locations: [
        {
          physicalLocation: { artifactLocation: { uri: 'p.json' }, region: { startLine: 1 } },
          logicalLocations: [{ fullyQualifiedName: 'Patient.gender', kind: 'element' }],
        },
      ],
      properties: { resource: 'Patient/b' },
    });
  });

  test('any other is refused', async () => {
    expect((await validate(files, { options: ['--format', 'xml'] })).exitCode).toBe(2);
  });
});

describe('R07: a code that no package can decide', () => {
  const photo = {
    resourceType: 'Patient',
    text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">p</div>' },
    photo: [{ contentType: 'image/pngg' }],
  };
  const text = JSON.stringify(photo);

  test('is reported, though the resource is valid', async () => {
    const { exitCode, stdout, stderr } = await validate({ 'photo.json': text });
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^1 validated, 0 invalid\n1 code not verified: no package decides it\./);
    expect(exitCode).toBe(0);
  });

  test('has its place and value set among the warnings', async () => {
    const { stdout } = await validate({ 'photo.json': text }, { options: ['--warnings'] });
    expect(stdout).toBe(
      'photo.json:1: Patient\n  information  fhir-r4/required-binding  Patient.photo[0].contentType\n' +
        '    The code was not verified: no package has all of http://hl7.org/fhir/ValueSet/mimetypes',
    );
  });

  test('is counted in JSON; issues of invalid resources are listed only if asked for', async () => {
    const both = JSON.stringify({ ...photo, gender: 'x' });
    const { stdout } = await validate({ 'photo.json': both }, { options: ['--format', 'json'] });
    const { results, unverified } = JSON.parse(stdout);
    expect(unverified).toBe(1);
    expect(results[0].outcome.issue).toMatchObject([{ severity: 'error' }]);
  });
});

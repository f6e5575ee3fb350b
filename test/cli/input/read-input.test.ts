import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Beginning } from '../../../cli/input/beginning.ts';
import { DELETES } from '../../../cli/input/entry.ts';
import { measureInputs, readInputs } from '../../../cli/input/read-input.ts';

const READ_INPUT = import.meta.resolve('../../../cli/input/read-input.ts');

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'failsafe-input-'));
});
afterAll(() => rm(dir, { recursive: true }));

async function read(name: string, content: string | Buffer) {
  const file = join(dir, name);
  await writeFile(file, content);
  const entries = await Array.fromAsync(readInputs([file]));
  return entries.map((entry) => ({ ...entry, file: entry.file === file ? name : entry.file }));
}

/** Reads a file in a process that does nothing else, and tells by how many bytes that grew at most. */
async function readAlone(file: string): Promise<{ entries: unknown[]; growth: number }> {
  const program = `
    const { readInputs } = await import(${JSON.stringify(READ_INPUT)});
    const most = () => process.resourceUsage().maxRSS * 1024;
    const before = most();
    const entries = await Array.fromAsync(readInputs([${JSON.stringify(file)}]));
    console.log(JSON.stringify({ entries, growth: most() - before }));`;
  const { stdout } = await execa(process.execPath, ['--input-type=module', '-e', program]);
  return JSON.parse(stdout);
}

const resource = (file: string, line: number, text: string) => ({
  kind: 'resource',
  file,
  line,
  text,
});

describe('NDJSON', () => {
  it('is one resource a line, numbered; blank lines, CRLF and a missing last newline do no harm', async () => {
    expect(await read('a.ndjson', '{"a":1}\r\n\n  {"b":2}  \n{"c":3}')).toEqual([
      resource('a.ndjson', 1, '{"a":1}'),
      resource('a.ndjson', 3, '{"b":2}'),
      resource('a.ndjson', 4, '{"c":3}'),
    ]);
  });

  it('is unpacked if it is gzip, whatever its name says', async () => {
    const packed = Buffer.concat([gzipSync('{"a":1}\n'), gzipSync('{"b":2}\n')]);
    expect(await read('b.ndjson', packed)).toEqual([
      resource('b.ndjson', 1, '{"a":1}'),
      resource('b.ndjson', 2, '{"b":2}'),
    ]);
  });

  it('passes on a line that is not JSON, for the pipeline to reject', async () => {
    expect(await read('c.ndjson', 'nonsense\n')).toEqual([resource('c.ndjson', 1, 'nonsense')]);
  });

  it('reports a line that is not UTF-8 and continues', async () => {
    const bytes = Buffer.concat([
      Buffer.from('{"a":"'),
      Buffer.from([0xff]),
      Buffer.from('"}\n{}'),
    ]);
    expect(await read('d.ndjson', bytes)).toEqual([
      { kind: 'problem', file: 'd.ndjson', line: 1, reason: 'not UTF-8 text' },
      resource('d.ndjson', 2, '{}'),
    ]);
  });

  it('yields the lines of a truncated gzip, then reports that it is truncated', async () => {
    const lines = Array.from({ length: 20_000 }, (_, n) => `{"n":${(n * 7919) % 104_729}}`);
    const packed = gzipSync(lines.join('\n'));
    const entries = await read('e.ndjson.gz', packed.subarray(0, packed.length - 2_000));
    const problem = entries.at(-1);
    expect(entries.length).toBeGreaterThan(1_000);
    expect(problem).toMatchObject({ kind: 'problem', reason: expect.stringMatching(/to its end/) });
  });

  it('skips a zip bomb while streaming, in little memory', async () => {
    const part = gzipSync(Buffer.alloc(30 * 2 ** 20, 0x20));
    const bomb = Buffer.concat([...Array.from({ length: 10 }, () => part), gzipSync('\n{}\n')]);
    expect(bomb.length).toBeLessThan(2 ** 20);
    const file = join(dir, 'f.ndjson.gz');
    await writeFile(file, bomb);
    const { entries, growth } = await readAlone(file);
    expect(entries).toEqual([
      { kind: 'problem', file, line: 1, reason: 'larger than 10 MiB' },
      resource(file, 2, '{}'),
    ]);
    expect(growth).toBeLessThan(200 * 2 ** 20);
  });
});

describe('JSON documents', () => {
  it('are one resource if they are a resource', async () => {
    expect(await read('a.json', '\n{\n "resourceType": "Patient"\n}\n')).toEqual([
      resource('a.json', 2, '{\n "resourceType": "Patient"\n}'),
    ]);
  });

  it('are split if they are a Bundle: each entry as written, with its line', async () => {
    const bundle = `{
  "resourceType": "Bundle", "type": "batch", "total": 3,
  "entry": [
    { "fullUrl": "urn:\\"x[{", "resource": { "resourceType": "Patient", "n": 1.10, "n": 1e2 } },
    { "request": { "method": "GET", "url": "Patient/1" } },
    { "resource":
      { "resourceType": "Observation", "s": "}]\\\\" } }
  ] }`;
    expect(await read('b.json', bundle)).toEqual([
      resource('b.json', 4, '{ "resourceType": "Patient", "n": 1.10, "n": 1e2 }'),
      resource('b.json', 7, '{ "resourceType": "Observation", "s": "}]\\\\" }'),
    ]);
  });

  it('are told of each DELETE of a Bundle, which cannot be submitted, and of nothing that it names', async () => {
    const bundle = `{ "resourceType": "Bundle", "type": "transaction", "entry": [
    { "request": { "url": "Patient?identifier=19740312", "method": "DELETE" } },
    { "request": { "method": "GET", "url": "Patient" } }, { "request": 1 }, { "request": {} }, {}, 1,
    { "request": { "method": "PUT" }, "resource": { "resourceType": "Patient" } },
    { "resource": { "resourceType": "Patient" }, "request": { "method": "DELETE" } },
    { "request": { "method": "DELETE" } } ] }`;
    expect(await read('b.json', bundle)).toEqual([
      { kind: 'problem', file: 'b.json', line: 2, reason: DELETES },
      resource('b.json', 4, '{ "resourceType": "Patient" }'),
      resource('b.json', 5, '{ "resourceType": "Patient" }'),
      { kind: 'problem', file: 'b.json', line: 6, reason: DELETES },
    ]);
  });

  it('are read by line if they are NDJSON under another name, gzip included', async () => {
    expect(await read('c.json.gz', gzipSync('{"a":1}\n{"b":2}\n'))).toEqual([
      resource('c.json.gz', 1, '{"a":1}'),
      resource('c.json.gz', 2, '{"b":2}'),
    ]);
  });

  it('are passed on unchanged if they are not JSON', async () => {
    expect(await read('d.json', '{"resourceType": "Patient",')).toEqual([
      resource('d.json', 1, '{"resourceType": "Patient",'),
    ]);
  });

  it('have entries with a size limit', async () => {
    const large = `{"resourceType":"Bundle","entry":[{"resource":{"x":"${'x'.repeat(10 * 2 ** 20)}"}}]}`;
    expect(await read('e.json', large)).toEqual([
      { kind: 'problem', file: 'e.json', line: 1, reason: 'larger than 10 MiB' },
    ]);
  });
});

describe('the content, not the name', () => {
  const PRETTY = '{\n  "resourceType": "Patient",\n  "id": "a"\n}\n';

  it.each(['-', 'patient', 'patient.txt'])(
    'R04: a resource on many lines is one message: %s',
    async (name) => {
      expect(await read(name, PRETTY)).toEqual([resource(name, 1, PRETTY.trim())]);
    },
  );

  it.each([
    [
      'on many lines',
      '{ "resourceType": "Bundle",\n "entry": [\n { "resource": { "id": "a" } } ] }',
    ],
    ['on one line', '{ "resourceType": "Bundle", "entry": [{ "resource": { "id": "a" } }] }\n\n'],
  ])('splits a Bundle %s', async (_, bundle) => {
    const texts = (await read('-', bundle)).map((entry) => 'text' in entry && entry.text);
    expect(texts).toEqual(['{ "id": "a" }']);
  });

  it('does not split Bundles that are the lines of a file', async () => {
    const bundle = '{"resourceType":"Bundle","entry":[{"resource":{"id":"a"}}]}';
    expect(await read('-', `\ufeff${bundle}\n${bundle}\n`)).toEqual([
      resource('-', 1, bundle),
      resource('-', 2, bundle),
    ]);
  });

  it('reads by line what begins with a broken line', async () => {
    expect(await read('-', '{"resourceType":\n{"resourceType":"Patient"}\n')).toEqual([
      resource('-', 1, '{"resourceType":'),
      resource('-', 2, '{"resourceType":"Patient"}'),
    ]);
  });

  it('yields the first line before the second one has come', async () => {
    const beginning = new Beginning(
      (async function* () {
        yield Buffer.from(' \n{"resourceType"');
        yield Buffer.from(':"Patient"}\n{');
        throw new Error('read on');
      })(),
      2 ** 20,
    );
    expect(await beginning.isLines()).toBe(true);
    const held = beginning.all();
    expect(String((await held.next()).value)).toBe(' \n{"resourceType"');
  });

  it('says of an array, and of an empty file, that there is no resource, unless it may be empty by its name', async () => {
    expect(await read('a.json', '\n[{}, {}]')).toEqual([
      {
        kind: 'problem',
        file: 'a.json',
        reason: expect.stringMatching(/^The file holds an array of 2, /),
      },
    ]);
    for (const content of ['', '\ufeff', ' \r\n\n', gzipSync('')]) {
      expect(await read('empty', content)).toEqual([
        {
          kind: 'problem',
          file: 'empty',
          reason: 'The file is empty: a resource is a JSON object',
        },
      ]);
      expect(await read('empty.ndjson', content)).toEqual([]);
    }
  });
});

describe('the check before anything is read', () => {
  it('names paths that are not files, and folders', async () => {
    await expect(measureInputs([join(dir, 'none')])).rejects.toThrow(/^no such file: .*none$/);
    await expect(measureInputs([dir])).rejects.toThrow(/^a directory, not a file/);
  });
});

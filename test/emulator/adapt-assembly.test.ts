import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { adaptAssembly } from '../../emulator/adapt-assembly.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const template = JSON.stringify({
  Resources: {
    Queue: { Type: 'AWS::SQS::Queue', Properties: {} },
    All: { Type: 'AWS::CloudWatch::CompositeAlarm', Properties: {} },
  },
});
let folder: string;

const read = (name: string) => readFile(join(folder, name), 'utf8');

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'failsafe-assembly-'));
  const destinations = { here: { objectKey: `${sha256(template)}.json` } };
  const files = { [sha256(template)]: { source: { path: 'app.template.json' }, destinations } };
  await writeFile(join(folder, 'app.template.json'), template);
  await writeFile(join(folder, 'app.assets.json'), JSON.stringify({ files }));
  await writeFile(join(folder, 'manifest.json'), `{"url":"s3://b/${sha256(template)}.json"}`);
});
afterEach(() => rm(folder, { recursive: true }));

describe('adaptAssembly', () => {
  it('rewrites the template, and its hash wherever it is named', async () => {
    const out = await adaptAssembly(folder, 'MiniStack');
    expect(out.map(({ logicalId }) => logicalId)).toEqual(['All']);
    const after = await read('app.template.json');
    expect(Object.keys(JSON.parse(after).Resources)).toEqual(['Queue']);
    expect(await read('manifest.json')).toBe(`{"url":"s3://b/${sha256(after)}.json"}`);
    expect(await read('app.assets.json')).toContain(`"objectKey":"${sha256(after)}.json"`);
    expect(await read('app.assets.json')).not.toContain(sha256(template));
  });

  it('changes nothing if nothing would be refused', async () => {
    expect(await adaptAssembly(folder, 'LocalStack')).toEqual([]);
    expect(await read('app.template.json')).toBe(template);
  });
});

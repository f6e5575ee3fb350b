import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openInput } from '../../../cli/input/bytes.ts';
import { readDocument } from '../../../cli/input/document.ts';

const MIB = 2 ** 20;
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'failsafe-bytes-'));
});
afterAll(() => rm(dir, { recursive: true }));

async function packed(content: Buffer | string): Promise<string> {
  const file = join(dir, `${Math.random()}.gz`);
  await writeFile(file, gzipSync(content));
  return file;
}

describe('a gzip that expands to far more than its size', () => {
  const limits = { harmlessBytes: MIB, timesMax: 250 };
  async function unpack(content: Buffer | string) {
    let bytes = 0;
    const file = await packed(content);
    try {
      for await (const chunk of openInput(file, () => {}, limits)) bytes += chunk.length;
    } catch (error) {
      return { bytes, error };
    }
    return { bytes, error: undefined };
  }

  it('is abandoned where it exceeds the limit, however short its lines are', async () => {
    const { bytes, error } = await unpack('{}\n'.repeat((64 * MIB) / 3));
    expect(bytes).toBeLessThan(20 * MIB);
    expect(error).toMatchObject({ message: expect.stringMatching(/more than 250 times its size/) });
  });

  it('is read if it is small', async () => {
    expect(await unpack(Buffer.alloc(MIB, 0x20))).toEqual({ bytes: MIB, error: undefined });
  });

  it('does not include ordinary data that compresses well', async () => {
    const lines = Array.from({ length: 40_000 }, (_, n) => `{"id":"${n}","x":"${'x'.repeat(60)}"}`);
    const text = lines.join('\n');
    expect(await unpack(text)).toEqual({ bytes: text.length, error: undefined });
  });
});

it('a JSON document is limited in size, and one that would expand beyond it is a problem', async () => {
  const file = await packed(Buffer.alloc(64 * MIB, 0x20));
  let read = 0;
  async function* counted() {
    for await (const chunk of openInput(file)) {
      read += chunk.length;
      yield chunk;
    }
  }
  expect(await Array.fromAsync(readDocument('bomb.json.gz', counted(), MIB))).toEqual([
    { kind: 'problem', file: 'bomb.json.gz', reason: expect.stringMatching(/more than 1 MiB/) },
  ]);
  expect(read).toBeLessThan(2 * MIB);
});

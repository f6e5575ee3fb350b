/** What a module costs to load, above a bare node, and what its bundle weighs. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

export interface Cost {
  readonly loadMs: number;
  readonly loadMb: number;
  readonly kilobytes: number;
  readonly gzipKilobytes: number;
}

const ROUNDS = 9;
const PROBE = `const started = performance.now();
await import(process.argv[1]);
const ms = performance.now() - started;
globalThis.gc();
console.log(JSON.stringify({ ms, rss: process.memoryUsage().rss }));`;

/** Bundles the entry as for Lambda and loads it in fresh processes; medians of several. */
export async function costOf(entry: string): Promise<Cost> {
  const folder = fileURLToPath(new URL('../../build/bench/', import.meta.url));
  mkdirSync(folder, { recursive: true });
  const outfile = `${folder}/validator.mjs`;
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
  });
  const bytes = readFileSync(outfile);
  const bare = medianOf('data:text/javascript,');
  const loaded = medianOf(outfile);
  return {
    loadMs: loaded.ms - bare.ms,
    loadMb: (loaded.rss - bare.rss) / 1024 / 1024,
    kilobytes: bytes.length / 1024,
    gzipKilobytes: gzipSync(bytes).length / 1024,
  };
}

function medianOf(module: string): { ms: number; rss: number } {
  const runs = Array.from({ length: ROUNDS }, () => {
    const args = ['--expose-gc', '--input-type=module', '-e', PROBE, module];
    return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as {
      ms: number;
      rss: number;
    };
  });
  const median = (values: number[]) => values.sort((a, b) => a - b)[ROUNDS >> 1] ?? 0;
  return { ms: median(runs.map((each) => each.ms)), rss: median(runs.map((each) => each.rss)) };
}

/**
 * Bundles the functions: each `functions/<name>/handler.ts` (and what it starts beside it) becomes
 * one ESM file with everything it imports, the SDK included, so that what runs is what was tested.
 *
 * The output is deterministic, and a file that has not changed is not written again: the asset's
 * hash changes when the code does, and at no other time.
 */

import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { build, type Metafile, type OutputFile } from 'esbuild';
import { coarseMap } from './coarse-map.ts';
import { REPLACED, SLIM } from './slim.ts';

/** JavaScript that a function loads when it starts, in bytes, without source maps. */
export const BUNDLE_BYTES_MAX = 600_000;

/** Threads and processes that a function may start. Their files are next to its handler. */
const PROCESSES = ['worker.ts', 'own-process.ts'];

/**
 * Records traces. It is next to the handlers of the functions that may load it, and not bundled
 * into them.
 */
const RECORDER = { in: 'telemetry/traces/open-telemetry.ts', out: 'traces' };

/** CommonJS dependencies call `require`, which ESM does not define. */
const REQUIRE_BANNER =
  "import{createRequire as failsafeRequire}from'node:module';const require=failsafeRequire(import.meta.url);";

/** A function that the stack needs cannot be bundled correctly. */
export class BundleError extends Error {
  override readonly name = 'BundleError';
}

export interface BundleSize {
  readonly name: string;
  /** All JavaScript of the function. */
  readonly bytes: number;
  /** The part of it that is loaded when the function starts. */
  readonly handlerBytes: number;
  /** The part of it that the validator takes. */
  readonly validatorBytes: number;
}

export interface BundleOptions {
  readonly names: readonly string[];
  /** The repository: sources are under `functions/`. */
  readonly root: string;
  /** One folder a function is written here. */
  readonly outDir: string;
  readonly bytesMax?: number;
  /** Functions that get the trace recorder. */
  readonly traced?: readonly string[];
  /** Other files beside the code: text by file name, by function. */
  readonly files?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Bundles the named functions; throws BundleError for one that is absent or too large. */
export async function bundleFunctions(options: BundleOptions): Promise<BundleSize[]> {
  const bytesMax = options.bytesMax ?? BUNDLE_BYTES_MAX;
  const sizes = await Promise.all(options.names.map((name) => bundleFunction(name, options)));
  for (const { name, handlerBytes } of sizes) {
    if (handlerBytes > bytesMax) {
      throw new BundleError(
        `functions/${name} loads ${handlerBytes} bytes of JavaScript when it starts, more than ${bytesMax}`,
      );
    }
  }
  return sizes;
}

async function bundleFunction(name: string, options: BundleOptions): Promise<BundleSize> {
  const { root, outDir, files = {}, traced = [] } = options;
  const folder = join(root, 'functions', name);
  const handler = join(folder, 'handler.ts');
  if (!existsSync(handler)) {
    throw new BundleError(`functions/${name}/handler.ts does not exist, and the stack needs it`);
  }
  const others = PROCESSES.map((process) => join(folder, process)).filter(existsSync);
  const entryPoints = [handler, ...others].map((file) => ({
    in: file,
    out: basename(file, '.ts'),
  }));
  const target = join(outDir, name);
  const result = await build({
    entryPoints: traced.includes(name) ? [...entryPoints, RECORDER] : entryPoints,
    absWorkingDir: resolve(root),
    outdir: target,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    // ESM sources if a package has them: esbuild removes what is not used of those.
    mainFields: ['module', 'main'],
    alias: REPLACED,
    plugins: [SLIM],
    banner: { js: REQUIRE_BANNER },
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    metafile: true,
    write: false,
    // esbuild itself shows the error's place.
    logLevel: 'warning',
  }).catch((cause: unknown) => {
    throw new BundleError(`functions/${name} does not bundle`, { cause });
  });
  const beside = Object.entries(files[name] ?? {}).map(([file, text]) => ({
    path: join(target, file),
    contents: Buffer.from(text),
  }));
  await writeChanged(target, [...result.outputFiles.map(withCoarseMap), ...beside]);
  return { name, ...measure(result.metafile) };
}

/** The compiled validator is most of a worker, and has no places that anybody wrote. */
function withCoarseMap({ path, contents }: OutputFile): Pick<OutputFile, 'path' | 'contents'> {
  if (!path.endsWith('.map')) return { path, contents };
  const map = JSON.parse(Buffer.from(contents).toString('utf8'));
  const coarse = coarseMap(map, (source) => source.includes('fhir-validator/generated/'));
  return { path, contents: Buffer.from(JSON.stringify(coarse)) };
}

/** Makes the folder contain exactly these files. Does not touch files that are already correct. */
async function writeChanged(
  folder: string,
  files: readonly Pick<OutputFile, 'path' | 'contents'>[],
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const wanted = new Set(files.map((file) => basename(file.path)));
  for (const present of await readdir(folder)) {
    if (!wanted.has(present)) await rm(join(folder, present), { recursive: true });
  }
  for (const file of files) {
    const present = existsSync(file.path) ? await readFile(file.path) : undefined;
    if (!present?.equals(file.contents)) await writeFile(file.path, file.contents);
  }
}

function measure({ outputs }: Metafile): Omit<BundleSize, 'name'> {
  let bytes = 0;
  let handlerBytes = 0;
  let validatorBytes = 0;
  for (const [path, output] of Object.entries(outputs)) {
    if (!path.endsWith('.mjs')) continue;
    bytes += output.bytes;
    if (basename(path) === 'handler.mjs') handlerBytes = output.bytes;
    for (const [input, { bytesInOutput }] of Object.entries(output.inputs)) {
      if (relative('packages/fhir-validator/generated', input).startsWith('..')) continue;
      validatorBytes += bytesInOutput;
    }
  }
  return { bytes, handlerBytes, validatorBytes };
}

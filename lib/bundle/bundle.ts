/**
 * Bundles the functions: each `functions/<name>/handler.ts` (and what it starts beside it) becomes
 * one file with everything it imports, the SDK included, so that what runs is what was tested. It is
 * ESM, except that of a worker thread.
 *
 * The output is deterministic, and a file that has not changed is not written again: the asset's
 * hash changes when the code does, and at no other time.
 */

import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { build, type Metafile, type OutputFile } from 'esbuild';
import { coarseMap } from './coarse-map.ts';
import { REPLACED, SLIM } from './slim.ts';

/** JavaScript that a function loads when it starts, in bytes, without source maps. */
export const BUNDLE_BYTES_MAX = 600_000;

/** Processes that a function may start. Their files are next to its handler. */
const PROCESSES = ['own-process.ts'];

/**
 * Threads that a function may start, likewise. They are CommonJS, because a thread whose module is ESM takes a
 * fifth more of the processor to start.
 */
const THREADS = ['worker.ts'];

/** Extensions of JavaScript. */
const EXTENSIONS = { esm: '.mjs', cjs: '.cjs' };

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

/**
 * Bundles the named functions; throws BundleError for one that is absent or too large. All at once: they
 * share most of their modules, and each is read and parsed once.
 */
export async function bundleFunctions(options: BundleOptions): Promise<BundleSize[]> {
  const { names, root, outDir, files = {}, bytesMax = BUNDLE_BYTES_MAX } = options;
  const built = await Promise.all([bundle(options, 'esm'), bundle(options, 'cjs')]);
  const outputFiles = built.flatMap((each) => each.outputFiles);
  const outputs = Object.assign({}, ...built.map(({ metafile }) => metafile.outputs));
  return Promise.all(
    names.map(async (name) => {
      const folder = join(outDir, name);
      const size = { name, ...measure(outputs, relative(root, folder)) };
      if (size.handlerBytes > bytesMax) {
        throw new BundleError(
          `functions/${name} loads ${size.handlerBytes} bytes of JavaScript when it starts, more than ${bytesMax}`,
        );
      }
      const beside = Object.entries(files[name] ?? {}).map(([file, text]) => ({
        path: join(folder, file),
        contents: Buffer.from(text),
      }));
      const own = outputFiles.filter(({ path }) => dirname(path) === resolve(folder));
      await writeChanged(folder, [...own.map(withCoarseMap), ...beside]);
      return size;
    }),
  );
}

function bundle({ names, root, outDir, traced = [] }: BundleOptions, format: 'esm' | 'cjs') {
  const entryPoints = names.flatMap((name) => {
    if (format === 'cjs') return besideHandler(name, root, THREADS);
    const own = entriesOf(name, root);
    return traced.includes(name) ? [...own, { ...RECORDER, out: join(name, RECORDER.out) }] : own;
  });
  return build({
    entryPoints,
    absWorkingDir: resolve(root),
    outdir: outDir,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format,
    outExtension: { '.js': EXTENSIONS[format] },
    // ESM sources if a package has them: esbuild removes what is not used of those.
    mainFields: ['module', 'main'],
    alias: REPLACED,
    plugins: [SLIM],
    ...(format === 'esm' && { banner: { js: REQUIRE_BANNER } }),
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    metafile: true,
    write: false,
    // esbuild itself shows the error's place.
    logLevel: 'warning',
  }).catch((cause: unknown) => {
    throw new BundleError('the functions do not bundle', { cause });
  });
}

interface Entry {
  readonly in: string;
  readonly out: string;
}

/** The handler, and the processes that it starts. */
function entriesOf(name: string, root: string): Entry[] {
  const [handler] = besideHandler(name, root, ['handler.ts']);
  if (handler === undefined) {
    throw new BundleError(`functions/${name}/handler.ts does not exist, and the stack needs it`);
  }
  return [handler, ...besideHandler(name, root, PROCESSES)];
}

/** Those of these files that the function has. */
function besideHandler(name: string, root: string, files: readonly string[]): Entry[] {
  return files
    .map((file) => ({
      in: join(root, 'functions', name, file),
      out: join(name, basename(file, '.ts')),
    }))
    .filter((entry) => existsSync(entry.in));
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

/** The outputs in a folder, which is named as the metafile does: from the root. */
function measure(outputs: Metafile['outputs'], folder: string): Omit<BundleSize, 'name'> {
  let bytes = 0;
  let handlerBytes = 0;
  let validatorBytes = 0;
  for (const [path, output] of Object.entries(outputs)) {
    if (dirname(path) !== folder || !isCode(path)) continue;
    bytes += output.bytes;
    if (basename(path) === 'handler.mjs') handlerBytes = output.bytes;
    for (const [input, { bytesInOutput }] of Object.entries(output.inputs)) {
      if (relative('packages/fhir-validator/generated', input).startsWith('..')) continue;
      validatorBytes += bytesInOutput;
    }
  }
  return { bytes, handlerBytes, validatorBytes };
}

function isCode(path: string): boolean {
  return Object.values(EXTENSIONS).some((extension) => path.endsWith(extension));
}

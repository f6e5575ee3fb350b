/**
 * Builds the plugins that are here from AssemblyScript: each `<name>/<name>.ts` becomes
 * build/plugins/<name>.wasm. What is newer than all sources is left alone. `--configured`: only those that
 * failsafe.config.ts names; the compiler takes seconds, and most builds need none.
 */
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import fileConfig from '../failsafe.config.ts';
import { runToEnd } from '../terminal/explain-error.ts';

const ROOT = join(import.meta.dirname, '..');
const SOURCES = join(ROOT, 'plugins');
const sourceOf = (name: string) => join(SOURCES, name, `${name}.ts`);
/** Where a plugin lies once it is built. */
export const moduleOf = (name: string) => join(ROOT, 'build', 'plugins', `${name}.wasm`);

/** A plugin does not compile. The message is what the compiler says. */
class PluginBuildError extends Error {
  override readonly name = 'PluginBuildError';
}

export const COMMON_OPTIONS = [
  ...['-O3', '--noAssert', '--use', 'abort='],
  ...['--transform', 'json-as/transform', '--use', 'JSON_CACHE_SIZE=128'],
];

/**
 * The memory of an instance lives for one resource, so nothing is ever freed (`stub`). It begins with
 * one page of 64 KB and grows as needed: V8 collects garbage by the memory that was handed out, so four
 * cost twice the time. json-as's cache of a megabyte would be zeroed for each resource, and take
 * ten times as long as the rule itself.
 */
const OPTIONS = [
  ...['--exportStart', '_start', '--runtime', 'stub', '--initialMemory', '1'],
  ...COMMON_OPTIONS,
];

/** Builds what is out of date of those that are wanted; answers with their names. */
export async function buildPlugins(
  isWanted: (name: string) => boolean = () => true,
): Promise<string[]> {
  const names = (await readdir(SOURCES)).filter(
    (name) => existsSync(sourceOf(name)) && isWanted(name),
  );
  for (const name of names) {
    if (await isOutOfDate(name)) await compile(name);
  }
  return names;
}

/** Compiles AssemblyScript to a file, both below the repository's root. */
export async function compileModule(
  source: string,
  output: string,
  options: readonly string[] = OPTIONS,
): Promise<void> {
  // Large, and mostly there is nothing to compile.
  const { default: asc } = await import('assemblyscript/asc');
  const { error, stderr } = await asc.main([
    source,
    // Wherever it runs: its terminal is not ours.
    ...['--baseDir', ROOT, '--outFile', output, '--noColors', ...options],
  ]);
  if (error !== null)
    throw new PluginBuildError(`${source} does not compile\n${String(stderr).trimEnd()}`, {
      cause: error,
    });
}

async function compile(name: string): Promise<void> {
  await mkdir(join(ROOT, 'build', 'plugins'), { recursive: true });
  // Renamed at the end, so that nobody who builds at the same time reads half a module.
  const output = relative(ROOT, `${moduleOf(name)}.${process.pid}`);
  await compileModule(relative(ROOT, sourceOf(name)), output);
  await rename(join(ROOT, output), moduleOf(name));
}

async function isOutOfDate(name: string): Promise<boolean> {
  const built = await stat(moduleOf(name)).catch(() => undefined);
  if (built === undefined) return true;
  const sources = await readdir(SOURCES, { recursive: true });
  const times = await Promise.all(
    sources.map(async (file) => (await stat(join(SOURCES, file))).mtimeMs),
  );
  return Math.max(...times) > built.mtimeMs;
}

function isConfigured(name: string): boolean {
  const { plugins = [] }: { plugins?: readonly { readonly file: string }[] } = fileConfig;
  return plugins.some(({ file }) => join(ROOT, file) === moduleOf(name));
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { configured: { type: 'boolean', default: false } } });
  const built = await buildPlugins(values.configured ? isConfigured : undefined);
  for (const name of built) console.error(relative(ROOT, moduleOf(name)));
}

// Run by terminal/run.mjs it is not the main module.
if (process.argv[1] === import.meta.filename) await runToEnd(main);

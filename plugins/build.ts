/**
 * Builds the example plugins from AssemblyScript: `<name>/<name>.ts` becomes build/plugins/<name>.wasm.
 * What is newer than all sources is left alone.
 */
import { mkdir, readdir, rename, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import asc from 'assemblyscript/asc';

const ROOT = join(import.meta.dirname, '..');
export const EXAMPLES = ['cpf', 'chaos'] as const;

/** A plugin does not compile. The message is what the compiler says. */
class PluginBuildError extends Error {
  override readonly name = 'PluginBuildError';
}

const pathOf = (name: string) => join(ROOT, 'build', 'plugins', `${name}.wasm`);

/**
 * The memory of an instance lives for one resource, so nothing is ever freed (`stub`). json-as's cache
 * of a megabyte would be zeroed for each resource, and take ten times as long as the rule itself.
 */
const OPTIONS = [
  ...['--exportStart', '_start', '--runtime', 'stub', '--initialMemory', '4', '-O3', '--noAssert'],
  ...['--transform', 'json-as/transform', '--use', 'JSON_CACHE_SIZE=128', '--use', 'abort='],
];

/** Builds what is out of date; answers with the files of all examples. */
export async function buildPlugins(): Promise<Record<(typeof EXAMPLES)[number], string>> {
  for (const name of EXAMPLES) {
    if (await isOutOfDate(name)) await compile(name);
  }
  return { cpf: pathOf('cpf'), chaos: pathOf('chaos') };
}

async function compile(name: string): Promise<void> {
  await mkdir(join(ROOT, 'build', 'plugins'), { recursive: true });
  const source = join('plugins', name, `${name}.ts`);
  // Renamed at the end, so that nobody who builds at the same time reads half a module.
  const output = relative(ROOT, `${pathOf(name)}.${process.pid}`);
  const { error, stderr } = await asc.main([
    source,
    ...['--baseDir', ROOT, '--outFile', output],
    ...OPTIONS,
  ]);
  if (error !== null) throw new PluginBuildError(`${source}\n${stderr}`, { cause: error });
  await rename(join(ROOT, output), pathOf(name));
}

async function isOutOfDate(name: string): Promise<boolean> {
  const built = await stat(pathOf(name)).catch(() => undefined);
  if (built === undefined) return true;
  const folder = join(ROOT, 'plugins');
  const sources = await readdir(folder, { recursive: true });
  const times = await Promise.all(
    sources.map(async (file) => (await stat(join(folder, file))).mtimeMs),
  );
  return Math.max(...times) > built.mtimeMs;
}

if (import.meta.main) {
  for (const file of Object.values(await buildPlugins())) console.error(relative(ROOT, file));
}

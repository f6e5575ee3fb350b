/** Puts the modules of the config's plugins into the bundle of `validate`. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pluginPath } from '../../functions/validate/plugins/settings.ts';
import type { Config } from '../config/config.ts';
import { moduleProblems } from './plugin-module.ts';

/** A plugin cannot be deployed. The message is one line: the plugin, its file and what is wrong. */
export class PluginError extends Error {
  override readonly name = 'PluginError';
}

/**
 * Copies the modules that the config names from below `root`. Throws PluginError for the first one
 * that cannot run.
 */
export async function copyPlugins(
  { plugins, pluginMemoryMb }: Pick<Config, 'plugins' | 'pluginMemoryMb'>,
  root: string,
  bundle: string,
): Promise<void> {
  for (const { name, file } of plugins) {
    const refuse = (problem: string, options?: ErrorOptions) =>
      new PluginError(`plugin ${name} refused: ${file} ${problem}`, options);
    const bytes = await readFile(join(root, file)).catch((cause: unknown) => {
      throw refuse('cannot be read', { cause });
    });
    const problems = moduleProblems(bytes, pluginMemoryMb);
    if (problems.length > 0) throw refuse(problems.join('; '));
    const target = join(bundle, pluginPath(name));
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, bytes);
  }
}

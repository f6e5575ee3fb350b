import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import type { Plugin } from './plugin.ts';
import type { PluginSettings } from './settings.ts';

const PAGES_PER_MB = 16;

/**
 * Reads and compiles the plugins of the config, once for each environment. Workers share the compiled
 * modules, so a fresh worker need not compile. Throws if a module cannot be read, so that the function
 * does not load; synth has already refused modules that cannot work.
 */
export function loadPlugins(
  settings: readonly PluginSettings[],
  memoryMb: number,
  handlerUrl: string,
): Plugin[] {
  if (settings.length === 0) return [];
  capPluginMemory(memoryMb);
  return settings.map(({ file, ...plugin }) => ({
    ...plugin,
    module: new WebAssembly.Module(readFileSync(new URL(file, handlerUrl))),
  }));
}

/**
 * Limits every instance from now on, in all threads. Growing beyond it fails, which the module may
 * handle.
 */
export function capPluginMemory(memoryMb: number): void {
  setFlagsFromString(`--wasm-max-mem-pages=${memoryMb * PAGES_PER_MB}`);
}

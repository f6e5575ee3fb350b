import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import type { Plugin } from './plugin.ts';
import type { PluginSettings } from './settings.ts';

const PAGES_PER_MB = 16;

/**
 * Reads and compiles the plugins of the config, once an environment: workers share what is compiled,
 * so a fresh worker costs no compilation. Throws where a module cannot be read, which fails the
 * loading of the function: synth has refused what cannot work.
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

/** Of every instance from now on, in all threads: growing further fails, as the module may handle. */
export function capPluginMemory(memoryMb: number): void {
  setFlagsFromString(`--wasm-max-mem-pages=${memoryMb * PAGES_PER_MB}`);
}

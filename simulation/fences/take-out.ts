/**
 * Removes a fence from the source while Node loads it. No file is changed; modules that are loaded
 * later do not have the fence.
 */
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Fence, partsOf, withoutFence } from './fence.ts';

const ROOT = join(import.meta.dirname, '../..');

/**
 * Must be called before anything imports the fence's files. The returned function says, once those
 * files were loaded, whether the fence was removed.
 */
export function takeOut(fence: Fence): () => boolean {
  const files = new Map(
    partsOf(fence).map(({ file }) => [pathToFileURL(join(ROOT, file)).href, file]),
  );
  const left = new Set(files.values());
  registerHooks({
    load(loaded, context, next) {
      const module = next(loaded, context);
      const file = files.get(loaded);
      if (file === undefined) return module;
      left.delete(file);
      return { ...module, source: withoutFence(fence, file, String(module.source)) };
    },
  });
  return () => left.size === 0;
}

/**
 * Removes a fence from the source while Node loads it. No file is changed; modules that are loaded
 * later do not have the fence.
 */
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Fence, withoutFence } from './fence.ts';

const ROOT = join(import.meta.dirname, '../..');

/**
 * Must be called before anything imports the fence's file. The returned function says, once that
 * file was loaded, whether the fence was removed.
 */
export function takeOut(fence: Fence): () => boolean {
  const url = pathToFileURL(join(ROOT, fence.file)).href;
  let isOut = false;
  registerHooks({
    load(loaded, context, next) {
      const module = next(loaded, context);
      if (loaded !== url) return module;
      isOut = true;
      return { ...module, source: withoutFence(fence, String(module.source)) };
    },
  });
  return () => isOut;
}

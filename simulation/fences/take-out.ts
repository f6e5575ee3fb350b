/** Takes a fence out of the source as Node loads it: no file is changed, and what is not loaded yet has it no more. */
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Fence, withoutFence } from './fence.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Before anything is imported that imports its file. Answers whether it was taken out, once that was loaded. */
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

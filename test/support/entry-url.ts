/** Replaces functions/validate/entry-url.ts in tests (replace-entry-url.ts beside this). */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The environment variable with the folder of the bundles. */
export const WORKERS = 'FAILSAFE_TEST_WORKERS';

const EXTENSIONS = { worker: 'cjs', 'own-process': 'mjs' };

export function entryUrl(name: 'worker' | 'own-process'): URL {
  const folder = process.env[WORKERS];
  if (folder === undefined) throw new Error('test/support/bundled-workers.ts has not run');
  return pathToFileURL(join(folder, `${name}.${EXTENSIONS[name]}`));
}

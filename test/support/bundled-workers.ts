/**
 * Bundles `validate` once for a whole run, as a deployment does. A test's workers and processes start from
 * there (entry-url.ts beside this): from sources each would read and strip 60 files.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleFunctions } from '../../lib/bundle/bundle.ts';
import { WORKERS } from './entry-url.ts';

export default async function setup() {
  if (process.env[WORKERS] !== undefined) return;
  const outDir = mkdtempSync(join(tmpdir(), 'workers-'));
  const root = join(import.meta.dirname, '..', '..');
  await bundleFunctions({ names: ['validate'], root, outDir });
  process.env[WORKERS] = join(outDir, 'validate');
}

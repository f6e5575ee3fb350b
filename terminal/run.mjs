/**
 * `node terminal/run.mjs ENTRY ARGUMENTS…`: runs an entry of ours, such as cli/program.ts. It is plain
 * JavaScript, so that a Node that cannot read TypeScript can report which version is needed.
 */
import { existsSync } from 'node:fs';
import module from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = resolve(fileURLToPath(import.meta.url), '../..');
const NEEDED = 24;

/** What is missing before any of our code can run; undefined if nothing is. */
function missing() {
  if (!existsSync(join(ROOT, 'node_modules', 'commander'))) {
    return 'nothing is installed yet: run `npm ci`';
  }
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= NEEDED) return undefined;
  const own = existsSync(join(ROOT, 'node_modules', 'node', 'bin', 'node'));
  return own
    ? `this is Node ${process.versions.node}, and ${NEEDED} is needed, which npm has installed here: use \`npm run …\` or \`npx node …\``
    : `this is Node ${process.versions.node}, and ${NEEDED} is needed: \`npm ci\` without --ignore-scripts installs it here, and builds`;
}

const [, , entry = '', ...words] = process.argv;
const path = resolve(ROOT, entry);
const lack = missing();
if (lack !== undefined) {
  process.stderr.write(`error: ${lack}\n`);
  process.exitCode = 1;
} else {
  // Later starts need neither to compile the code nor to remove its types.
  module.enableCompileCache?.(join(ROOT, 'node_modules', '.cache', 'terminal'));
  process.argv = [process.argv[0] ?? '', path, ...words];
  const { printAndFail, watchForFailures } = await import('./explain-error.ts');
  watchForFailures();
  try {
    await import(pathToFileURL(path).href);
  } catch (error) {
    printAndFail(error);
  }
}

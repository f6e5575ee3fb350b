/** Makes sure that the runtime runs what was built from the current sources. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

const CONFIG = 'failsafe.config.ts';
/** Everything that goes into a bundle or the template, with the files that the config names. */
const SOURCES = [
  'core',
  'aws',
  'breaker',
  'telemetry',
  join('packages', 'fhir-validator'),
  join('packages', 'isolation'),
  'functions',
  'lib',
  'plugins',
  'cdk.json',
  CONFIG,
  'package-lock.json',
];
const GENERATED = join('packages', 'fhir-validator', 'generated');
/** What can be built: the script that does it, and the folder of the assembly. */
export interface BuildTarget {
  readonly script: string;
  readonly assembly: string;
}
export const LOCAL: BuildTarget = { script: 'build', assembly: join('build', 'local') };
/** The same with a delivery lane, to the stand-in FHIR server. */
export const DOWNSTREAM: BuildTarget = {
  script: 'build:downstream',
  assembly: join('build', 'downstream'),
};
/** The CDK writes it last. */
const MANIFEST = 'manifest.json';

/** The build failed; it has printed the reason itself. */
export class BuildError extends Error {
  override readonly name = 'BuildError';
}

/** Runs the build if it is missing or older than a source. @param root of the repository. */
export async function ensureBuilt(
  root: string,
  log: (line: string) => void,
  { script, assembly }: BuildTarget = LOCAL,
): Promise<void> {
  const builtMs = await changedMs(join(root, assembly, MANIFEST));
  if (builtMs === undefined) log('Not built yet: building the validator and the stack (once) …');
  else if ((await newest(root, [...SOURCES, ...(await namedIn(root, CONFIG))])) > builtMs)
    log('Sources changed since the build: building …');
  else return;
  // Its standard output goes to our standard error: ours may have to be one JSON object.
  const build = spawn('npm', ['run', '--silent', script], { cwd: root, stdio: ['ignore', 2, 2] });
  const [status] = await once(build, 'exit');
  if (status !== 0) throw new BuildError('the build failed, see above');
}

async function newest(root: string, paths: readonly string[]): Promise<number> {
  let newestMs = 0;
  for (const path of paths) {
    const full = resolve(root, path);
    const names = await readdir(full, { recursive: true, withFileTypes: true }).catch(() => []);
    const files = names
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    for (const file of names.length === 0 ? [full] : files) {
      if (file.startsWith(join(root, GENERATED))) continue;
      newestMs = Math.max(newestMs, (await changedMs(file)) ?? 0);
    }
  }
  return newestMs;
}

/** Files that this one names, such as an import or a plugin's module, and those that they name. */
async function namedIn(
  root: string,
  file: string,
  seen = new Set(SOURCES),
): Promise<readonly string[]> {
  const code = file.endsWith('.wasm')
    ? ''
    : await readFile(resolve(root, file), 'utf8').catch(() => '');
  const found: string[] = [];
  for (const [, , text = ''] of code.matchAll(/(['"`])([^'"`\n]+\.\w+)\1/g)) {
    const path = text.startsWith('.') ? join(dirname(file), text) : join(text);
    const isSource = SOURCES.some((source) => path.startsWith(join(source, '/')));
    if (isSource || seen.has(path) || (await changedMs(resolve(root, path))) === undefined)
      continue;
    seen.add(path);
    found.push(path, ...(await namedIn(root, path, seen)));
  }
  return found;
}

async function changedMs(path: string): Promise<number | undefined> {
  return (await stat(path).catch(() => undefined))?.mtimeMs;
}

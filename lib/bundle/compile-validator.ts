/**
 * Compiles the official FHIR R4 definitions into packages/fhir-validator/generated/validator.js, and each package that
 * the config names into a module beside it: plain JavaScript that needs no file at run time.
 * Run by `npm run build`.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import config from '../../failsafe.config.ts';
import { costOfModules } from '../../packages/fhir-validator/compiler/module-cost.ts';
import { readLock, writeLock } from '../../packages/fhir-validator/packages/lock-file.ts';
import { nameOf } from '../../packages/fhir-validator/packages/package-name.ts';
import { runToEnd } from '../../terminal/explain-error.ts';
import { cdkContext } from '../config/cdk-context.ts';
import { loadConfig } from '../config/config-load.ts';
import { BASE_PACKAGE, compileSettings, missingText, resolveSettings } from './compile-settings.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const OUTPUT = new URL('../../packages/fhir-validator/generated/', import.meta.url);
const LOCK = `${ROOT}fhir-packages.lock.json`;
const DECLARATION = `import type { Policies } from '../runtime/settings.ts';
import type { Profiles } from '../runtime/profiles.ts';
import type { Selections } from '../runtime/selection.ts';
import type { Check } from '../runtime/shapes.ts';
export declare const resources: ReadonlyMap<string, Check>;
export declare const profiles: Profiles;
export declare const policies: Policies;
export declare const selections: Selections;
`;

await runToEnd(compile);

async function compile(): Promise<void> {
  const started = performance.now();
  const settings = loadConfig(config, cdkContext(process.env)).fhir;
  const resolved = await resolveSettings(settings, ROOT, readLock(LOCK));
  const { configured, dependencies, missing, remarks } = resolved;
  for (const each of remarks) say(each);
  for (const each of missing) say(`missing: ${missingText(each)}`);
  const { source, guides, summary, open, accepted } = compileSettings(settings, resolved);
  for (const line of [...open, ...accepted]) say(line);
  write([{ file: 'validator.js', source }, ...guides]);
  writeLock(LOCK, resolved.lock);

  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  say(
    `compiled ${BASE_PACKAGE} into ${Math.round(source.length / 1024)} KB of JavaScript in ${seconds} s`,
  );
  for (const each of [...configured, ...dependencies]) say(`with ${nameOf(each)} of ${each.from}`);
  for (const line of summary) say(line);
  for (const line of guides.length > 1 ? await costOfModules(OUTPUT, guides, configured) : [])
    say(line);
}

function write(files: readonly { readonly file: string; readonly source: string }[]): void {
  mkdirSync(OUTPUT, { recursive: true });
  for (const old of readdirSync(OUTPUT)) {
    if (/^guide-\d+\.js$/.test(old)) rmSync(new URL(old, OUTPUT));
  }
  for (const { file, source } of files) writeFileSync(new URL(file, OUTPUT), source);
  writeFileSync(new URL('validator.d.ts', OUTPUT), DECLARATION);
}

function say(line: string): void {
  console.log(`fhir: ${line}`);
}

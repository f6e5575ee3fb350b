/**
 * Compiles the official FHIR R4 definitions into fhir/generated/validator.js, plain JavaScript that
 * needs no file at run time. Run by `npm run build`; `fhir` in failsafe.config.ts adds packages and
 * sets the policies.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import config from '../../failsafe.config.ts';
import { configSchema } from '../../lib/config.ts';
import { packageFolder, readDefinitions, readLater } from './definitions.ts';
import { emitModule } from './emit-module.ts';

const PACKAGE = 'hl7.fhir.r4.examples';
const OUTPUT = new URL('../generated/', import.meta.url);
const DECLARATION = `import type { Policies } from '../runtime/report.ts';
import type { Profiles } from '../runtime/profiles.ts';
import type { Check } from '../runtime/shapes.ts';
export declare const resources: ReadonlyMap<string, Check>;
export declare const profiles: Profiles;
export declare const policies: Policies;
`;

const started = performance.now();
const { packages, ...policies } = configSchema.parse(config).fhir;
const root = new URL('../../', import.meta.url);
const folders = packages.map((each) => fileURLToPath(new URL(each, root)));
const { source, summary } = emitModule(
  readDefinitions(packageFolder(PACKAGE)),
  folders.map(readDefinitions),
  policies,
  readLater(),
);
mkdirSync(OUTPUT, { recursive: true });
writeFileSync(new URL('validator.js', OUTPUT), source);
writeFileSync(new URL('validator.d.ts', OUTPUT), DECLARATION);

const seconds = ((performance.now() - started) / 1000).toFixed(1);
const kilobytes = Math.round(source.length / 1024);
console.log(`fhir: compiled ${PACKAGE} into ${kilobytes} KB of JavaScript in ${seconds} s`);
for (const folder of folders) console.log(`fhir: with the profiles of ${folder}`);
for (const line of summary) console.log(`fhir: ${line}`);

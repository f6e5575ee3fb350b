/**
 * Compiles the official FHIR R4 definitions into fhir/generated/validator.js, plain JavaScript that
 * needs no file at run time. Run by `npm run build`.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { packageFolder, readDefinitions } from './definitions.ts';
import { emitModule } from './emit-module.ts';

const PACKAGE = 'hl7.fhir.r4.examples';
const OUTPUT = new URL('../generated/', import.meta.url);
const DECLARATION = `import type { Check } from '../runtime/shapes.ts';
export declare const resources: ReadonlyMap<string, Check>;
`;

const started = performance.now();
const { source, summary } = emitModule(readDefinitions(packageFolder(PACKAGE)));
mkdirSync(OUTPUT, { recursive: true });
writeFileSync(new URL('validator.js', OUTPUT), source);
writeFileSync(new URL('validator.d.ts', OUTPUT), DECLARATION);

const seconds = ((performance.now() - started) / 1000).toFixed(1);
const kilobytes = Math.round(source.length / 1024);
console.log(`fhir: compiled ${PACKAGE} into ${kilobytes} KB of JavaScript in ${seconds} s`);
for (const line of summary) console.log(`fhir: ${line}`);

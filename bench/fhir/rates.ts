/**
 * `node terminal/run.mjs bench/fhir/rates.ts`: only our validator, of the working folder. `bench:against` runs
 * this file for both revisions, so that they are measured alike.
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rateOf } from './rate.ts';
import { subjects } from './subjects.ts';

/** Where revisions have it. */
const PLACES = ['packages/fhir-validator/validator.ts', 'fhir/validator.ts'];

interface Validator {
  validateResource(value: unknown): unknown;
  validateText(text: string): unknown;
}

const file = PLACES.map((place) => resolve(place)).find(existsSync);
if (file === undefined) throw new Error(`no validator in ${process.cwd()}`);
const validator: Validator = await import(pathToFileURL(file).href);
for (const { name, texts } of subjects()) {
  const parsed = texts.map((text) => JSON.parse(text));
  const say = (input: string, rate: number) => console.log(`${name}, ${input}: ${rate.toFixed(0)}`);
  say(
    'parsed',
    rateOf((value) => validator.validateResource(value), parsed),
  );
  say(
    'from text',
    rateOf((text) => validator.validateText(text as string), texts),
  );
}

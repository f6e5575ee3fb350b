/**
 * `npm run prove:hostile`: measures how each rule of the validator grows with its input, then sends random
 * hostile inputs for the rest of five minutes, in a worker with the pipeline's heap. Fails if anything
 * grows faster than linear, if the validator throws or takes longer than the deadline, or if a worker dies.
 *
 * `node test/packages/fhir-validator/prove-hostile.ts [minutes] [seed]`
 */
import { seededRandom } from '../../../demo/sample/random.ts';
import {
  packageFolder,
  readDefinitions,
} from '../../../packages/fhir-validator/compiler/definitions.ts';
import { buildTypeModel } from '../../../packages/fhir-validator/compiler/type-model.ts';
import { validateText } from '../../../packages/fhir-validator/validator.ts';
import { readExamples } from './support/examples.ts';
import { type Growth, growthOf } from './support/growth.ts';
import { elementFamilies } from './support/hostile-elements.ts';
import { FAMILIES, type Family } from './support/hostile-inputs.ts';
import { HostileTexts } from './support/hostile-texts.ts';
import { deadlineMs, resourceBytesMax, ValidatorInWorker } from './support/in-worker.ts';

/** The bound for linear code on a busy machine; quadratic code has 2. */
const EXPONENT_MAX = 1.3;
/** Characters of the smallest size of each family; it is doubled from there. */
const CHARACTERS = 60_000;
const DOUBLINGS = [1, 2, 4, 8];
const ELEMENTS_SHARE = 0.3;

const minutes = Number(process.argv[2] ?? 5);
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000_000);
const ends = performance.now() + minutes * 60_000;
const { next } = seededRandom(seed);
const faults: string[] = [];
console.log(`seed ${seed}, ${minutes} minutes`);

growthOfRules();
growthOfElements();
await fuzz();

for (const each of faults) console.log(`FAULT ${each}`);
console.log(faults.length === 0 ? 'no fault' : `${faults.length} faults, seed ${seed}`);
process.exitCode = faults.length === 0 ? 0 : 1;

function growthOfRules(): void {
  console.log(
    '\nrule                                                  exponent   ms at 60 KB, 120 KB, …',
  );
  for (const family of FAMILIES) {
    const { exponent, times } = measured(family, CHARACTERS);
    const row = times.map((each) => each.toFixed(1)).join(', ');
    console.log(`${family.name.padEnd(54)}${exponent.toFixed(2).padStart(8)}   ${row}`);
  }
}

/** As many elements of the model as the time allows, in random order. */
function growthOfElements(): void {
  const model = buildTypeModel(readDefinitions(packageFolder('hl7.fhir.r4.examples')).structures);
  const families = elementFamilies(model);
  const until = performance.now() + (ends - performance.now()) * ELEMENTS_SHARE;
  let tried = 0;
  let worst = { name: '', exponent: 0 };
  while (performance.now() < until && families.length > 0) {
    const [family] = families.splice(Math.floor(next() * families.length), 1);
    if (family === undefined) break;
    const { exponent } = measured(family, CHARACTERS);
    if (exponent > worst.exponent) worst = { name: family.name, exponent };
    tried++;
  }
  console.log(
    `\n${tried} elements repeated, ${families.length} not tried; the worst grows with exponent ` +
      `${worst.exponent.toFixed(2)} (${worst.name})`,
  );
}

/** A family that seems superlinear is measured again at larger sizes, where noise is small. */
function measured(family: Family, characters: number): Growth {
  const unit = Math.max(1, family.make(1000).length / 1000);
  const size = Math.max(50, Math.floor(characters / unit));
  const grow = (factor: number) =>
    growthOf(
      DOUBLINGS.map((each) => each * size * factor),
      (count) => {
        const text = family.make(count);
        return () => validateText(text);
      },
    );
  const first = grow(1);
  if (first.exponent <= EXPONENT_MAX) return first;
  const again = grow(4);
  if (again.exponent > EXPONENT_MAX) {
    faults.push(`${family.name} grows with exponent ${again.exponent.toFixed(2)}`);
  }
  return again;
}

async function fuzz(): Promise<void> {
  const texts = new HostileTexts(next, readExamples(), resourceBytesMax);
  const validator = new ValidatorInWorker();
  let runs = 0;
  let characters = 0;
  let slowest = { ms: 0, name: '' };
  while (performance.now() < ends && faults.length < 20) {
    const { name, text } = texts.next();
    const outcome = await validator.run(text);
    const which = `run ${runs}, ${name}, ${text.length} characters`;
    if ('died' in outcome) faults.push(`${which}: the worker died: ${outcome.died}`);
    else {
      if (outcome.thrown !== undefined) faults.push(`${which}: thrown: ${outcome.thrown}`);
      if (outcome.ms > deadlineMs) faults.push(`${which}: took ${outcome.ms.toFixed(0)} ms`);
      if (outcome.ms > slowest.ms) slowest = { ms: outcome.ms, name };
    }
    runs++;
    characters += text.length;
  }
  await validator.end();
  const megabytes = (characters / 1e6).toFixed(0);
  console.log(
    `\n${runs} random inputs of ${megabytes} MB in all; the slowest took ` +
      `${slowest.ms.toFixed(0)} ms (${slowest.name})`,
  );
}

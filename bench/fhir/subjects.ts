/**
 * The resources that are validated: the demo's patients, 1.5 to 2 KB each, and the official
 * examples.
 */
import { patient } from '../../demo/sample/patient.ts';
import { seededRandom } from '../../demo/sample/random.ts';
import { readExamples } from '../../test/packages/fhir-validator/support/examples.ts';

/** A few Bundles of megabytes would dominate the result. */
const TEXT_MAX = 20_000;

export interface Subject {
  readonly name: string;
  readonly texts: readonly string[];
}

export function subjects(): Subject[] {
  const random = seededRandom(1);
  const examples = readExamples()
    .map(({ text }) => JSON.stringify(JSON.parse(text)))
    .filter((text) => text.length < TEXT_MAX);
  return [
    {
      name: 'Patients',
      texts: Array.from({ length: 1000 }, () => JSON.stringify(patient(random))),
    },
    { name: 'mixed examples', texts: examples },
  ];
}

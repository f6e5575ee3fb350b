/**
 * The defects of resources of the demo. Each breaks a rule of the R4 specification itself, of a kind that
 * real interfaces break: no profile or terminology server is needed to see it.
 */
import type { Patient } from 'fhir/r4.js';

interface Defect {
  readonly name: string;
  /** The text that is submitted instead of the valid patient's. */
  readonly spoil: (patient: Patient) => string;
}

/** A defect that replaces or adds properties of the patient. */
function overlaid(name: string, change: (patient: Patient) => object): Defect {
  return { name, spoil: (patient) => JSON.stringify({ ...patient, ...change(patient) }) };
}

export const DEFECTS: readonly [Defect, ...Defect[]] = [
  overlaid('unknown property', ({ birthDate }) => ({ birthdate: birthDate })),
  overlaid('code outside a required value set', () => ({ gender: 'masculine' })),
  overlaid('day that no calendar has', () => ({ birthDate: '1987-02-30' })),
  overlaid('object where an array belongs', ({ name }) => ({ name: name?.[0] })),
  overlaid('required element missing', () => ({ communication: [{ preferred: true }] })),
  overlaid('string where a boolean belongs', () => ({ active: 'true' })),
  overlaid('two values of one choice', () => ({
    deceasedBoolean: true,
    deceasedDateTime: '2021-06-01',
  })),
  overlaid('id with characters that ids do not have', ({ id }) => ({ id: `MRN#${id}` })),
  overlaid('empty array', () => ({ identifier: [] })),
  overlaid('null among the values', () => ({ name: [null] })),
  overlaid('instant without a time', () => ({ meta: { lastUpdated: '2025-01-15' } })),
  overlaid('number as a string', () => ({
    multipleBirthBoolean: undefined,
    multipleBirthInteger: '2',
  })),
  overlaid('type that FHIR does not have', () => ({ resourceType: 'Pacient' })),
  {
    name: 'text cut off on its way',
    spoil: (patient) => {
      const text = JSON.stringify(patient);
      return text.slice(0, Math.floor(text.length / 2));
    },
  },
];

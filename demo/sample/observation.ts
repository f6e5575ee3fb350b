/** Vital signs and laboratory results of a patient of the demo, coded in LOINC and UCUM. */
import type { Observation } from 'fhir/r4.js';
import { date, uuid } from './people.ts';
import type { Random } from './random.ts';

const CATEGORY = 'http://terminology.hl7.org/CodeSystem/observation-category';
const LOINC = 'http://loinc.org';
const UCUM = 'http://unitsofmeasure.org';

const MEASURES = [
  { code: '8867-4', display: 'Heart rate', unit: '/min', low: 52, high: 118, kind: 'vital-signs' },
  {
    code: '8310-5',
    display: 'Body temperature',
    unit: 'Cel',
    low: 36,
    high: 39,
    kind: 'vital-signs',
  },
  { code: '29463-7', display: 'Body weight', unit: 'kg', low: 42, high: 121, kind: 'vital-signs' },
  { code: '8302-2', display: 'Body height', unit: 'cm', low: 148, high: 201, kind: 'vital-signs' },
  {
    code: '2339-0',
    display: 'Glucose in blood',
    unit: 'mg/dL',
    low: 70,
    high: 240,
    kind: 'laboratory',
  },
] as const;

/** @param patientId the patient of the demo that the observation is about. */
export function observation(random: Random, patientId: string): Observation & { id: string } {
  const { code, display, unit, low, high, kind } = random.pick(MEASURES);
  const day = date(random, 2024, 2025);
  return {
    resourceType: 'Observation',
    id: uuid(random),
    status: random.pick(['final', 'final', 'final', 'amended', 'preliminary']),
    category: [{ coding: [{ system: CATEGORY, code: kind }] }],
    code: { coding: [{ system: LOINC, code, display }], text: display },
    subject: { reference: `Patient/${patientId}` },
    effectiveDateTime: `${day}T10:15:00-03:00`,
    issued: `${day}T13:20:00.000Z`,
    performer: [{ display: 'Enf. Marina Lopes' }],
    valueQuantity: { value: random.int(low * 10, high * 10) / 10, unit, system: UCUM, code: unit },
    interpretation: [
      {
        coding: [
          {
            system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation',
            code: 'N',
            display: 'Normal',
          },
        ],
      },
    ],
  };
}

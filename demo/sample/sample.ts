/** The stream that `npm start` submits without `--input`. */
import type { Patient } from 'fhir/r4.js';
import { CHAOS_SYSTEM } from '../../functions/validate/chaos.ts';
import { DEFECTS } from './defects.ts';
import { drawFates, type Fate } from './fates.ts';
import { observation } from './observation.ts';
import { patient } from './patient.ts';
import { type Random, seededRandom } from './random.ts';

/** One resource in this many is an Observation of the patient before it. */
const OBSERVATION_EVERY = 10;

export interface SampleOptions {
  readonly count: number;
  readonly seed: number;
  /** `false` leaves out what crashes and what is invalid. Default `true`. */
  readonly troubled?: boolean;
}

/** `count` resources as JSON text, the same for the same seed; made one by one as they are read. */
export function* sample({ count, seed, troubled = true }: SampleOptions): Generator<string> {
  const random = seededRandom(seed);
  const fates = troubled ? drawFates(random, count) : new Map<number, Fate>();
  let patientId: string | undefined;
  for (let n = 0; n < count; n++) {
    const fate = fates.get(n);
    if (fate === undefined && patientId !== undefined && n % OBSERVATION_EVERY === 0) {
      yield JSON.stringify(observation(random, patientId));
      continue;
    }
    const registered = patient(random);
    if (fate?.kind !== 'defect') patientId = registered.id;
    yield text(random, registered, fate);
  }
}

function text(random: Random, healthy: Patient, fate: Fate | undefined): string {
  switch (fate?.kind) {
    case undefined:
      return JSON.stringify(healthy);
    case 'chaos': {
      const tag = [{ system: CHAOS_SYSTEM, code: fate.code }];
      return JSON.stringify({ ...healthy, meta: { ...healthy.meta, tag } });
    }
    case 'defect':
      return (DEFECTS[fate.defect] ?? random.pick(DEFECTS)).spoil(healthy);
  }
}

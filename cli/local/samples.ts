/**
 * Resources to try the pipeline with: a good one, invalid ones, and one for each way of killing its
 * process.
 */
import { CHAOS_SYSTEM } from '../../functions/validate/chaos.ts';
import type { SampleKind } from './sample-kinds.ts';

const HOSTILE =
  '<img src=x onerror="document.title=\'broken\'"><script>document.title="broken"</script>{{7*7}} \u202egnp.exe\u202c';

/** The text of a patient of that kind, with an invented name. */
export function sampleOf(kind: SampleKind, id: string): string {
  return JSON.stringify(patientOf(kind, id));
}

function patientOf(kind: SampleKind, id: string) {
  switch (kind) {
    case 'good':
      return patient(id, 'Sample');
    case 'invalid':
      return { ...patient(id, 'Sample'), gender: 'sometimes', birthDate: '31.12.1999' };
    case 'hostile':
      return {
        ...patient(id, HOSTILE),
        identifier: [{ system: 'urn:oid:2.16.840.1.113883.4.1', value: HOSTILE }],
        address: [{ text: HOSTILE, city: HOSTILE, line: [HOSTILE] }],
      };
    default:
      return { ...patient(id, 'Sample'), meta: { tag: [{ system: CHAOS_SYSTEM, code: kind }] } };
  }
}

function patient(id: string, family: string) {
  return {
    resourceType: 'Patient',
    id,
    active: true,
    name: [{ use: 'official', family, given: ['Sally', family] }],
    gender: 'female',
    birthDate: '1980-07-15',
  };
}

/** Resources for tests: a valid one, an invalid one, and those that crash on demand. */
import { CHAOS_SYSTEM } from '../../functions/validate/chaos.ts';

export type Fault = 'throw' | 'hang' | 'heap' | 'exit' | 'kill';

export function patient(fields: Record<string, unknown> = {}): string {
  return JSON.stringify({
    resourceType: 'Patient',
    id: 'example',
    active: true,
    name: [{ use: 'official', family: 'Chalmers', given: ['Peter', 'James'] }],
    gender: 'male',
    birthDate: '1974-12-25',
    ...fields,
  });
}

export function invalidPatient(id = 'invalid'): string {
  return patient({ id, gender: 'unheard-of' });
}

export function faulty(fault: Fault, id = `faulty-${fault}`): string {
  return patient({ id, meta: { tag: [{ system: CHAOS_SYSTEM, code: fault }] } });
}

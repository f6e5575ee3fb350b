/** Resources for tests: a valid one, an invalid one, and those that crash on demand. */
import { CHAOS_SYSTEM } from '../../functions/validate/chaos.ts';

export type Fault = 'throw' | 'hang' | 'heap' | 'exit' | 'kill';

const NARRATIVE = '<div xmlns="http://www.w3.org/1999/xhtml">Peter James Chalmers</div>';

export function patient(fields: Record<string, unknown> = {}): string {
  return JSON.stringify({
    resourceType: 'Patient',
    id: 'example',
    text: { status: 'generated', div: NARRATIVE },
    active: true,
    name: [{ use: 'official', family: 'Chalmers', given: ['Peter', 'James'] }],
    gender: 'male',
    birthDate: '1974-12-25',
    ...fields,
  });
}

/** A valid one of roughly that many bytes. */
export function largePatient(bytes: number): string {
  const div = `<div xmlns="http://www.w3.org/1999/xhtml">${'x'.repeat(bytes)}</div>`;
  return patient({ text: { status: 'generated', div } });
}

export function invalidPatient(id = 'invalid'): string {
  return patient({ id, gender: 'unheard-of' });
}

export function faulty(fault: Fault, id = `faulty-${fault}`): string {
  return patient({ id, meta: { tag: [{ system: CHAOS_SYSTEM, code: fault }] } });
}

/** One that hangs, and is so large that its batch gives it nearly a second before it is given up as slow. */
export function hungLong(): string {
  const hung = JSON.parse(faulty('hang')) as Record<string, unknown>;
  return JSON.stringify({ ...hung, language: 'x'.repeat(830_000) });
}

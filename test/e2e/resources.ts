/** Resources that the suite sends: small, each with an id of this run. */
import { CHAOS_SYSTEM } from '../../functions/validate/chaos.ts';

/** A valid Patient. */
export const patient = (id: string, more: object = {}) =>
  JSON.stringify({ resourceType: 'Patient', id, active: true, name: [{ family: id }], ...more });

/** A Patient that crashes its worker, or its environment, as the code says. */
export const killer = (id: string, code: 'throw' | 'exit' | 'heap' | 'hang' | 'kill') =>
  patient(id, { meta: { tag: [{ system: CHAOS_SYSTEM, code }] } });

/** A Patient with an invalid birth date. */
export const invalidPatient = (id: string) => patient(id, { birthDate: '1970-13-45' });

/** A valid Patient of at least that many bytes, with many names, because no string may exceed 1 MiB. */
export const largePatient = (id: string, bytes: number) =>
  patient(id, { name: Array.from({ length: bytes / 1000 }, () => ({ family: 'x'.repeat(1000) })) });

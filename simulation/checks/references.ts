/**
 * What resources refer to, where a FHIR server refuses what refers to a resource that it lacks. Such a refusal may be the
 * last only if what is lacking does not come, as far as its sender can know: it is not stored, was refused, or refers
 * back. Otherwise a healthy resource is quarantined because it overtook another, as after an outage (R18).
 */
import type { Submission } from '../submission.ts';

/** Where a resource is: at its server, or on its way there, for so long; or neither. */
export type Whereabouts =
  | 'gone'
  | { readonly heldMs: number }
  | { readonly pending: Submission; readonly sinceMs: number };

/** From a look at what a refused resource refers to until its delivery is ended. */
const LOOKED_MS = 60_000;

/** Ids of patients. It does not lack itself. */
export const referredBy = ({ patients, resourceType, id }: Submission): readonly string[] =>
  patients.filter((patient) => resourceType !== 'Patient' || patient !== id);

/** Whether something that it refers to does not come. */
export function waitsInVain(
  submission: Submission,
  whereIs: (patient: string) => Whereabouts,
  path: readonly string[] = [],
): boolean {
  const itself = `${submission.resourceType}/${submission.id}`;
  if (path.includes(itself)) return true;
  return referredBy(submission).some((patient) => {
    const where = whereIs(patient);
    if (where === 'gone') return true;
    if ('heldMs' in where) return where.heldMs < LOOKED_MS;
    if (where.sinceMs < LOOKED_MS) return true;
    return waitsInVain(where.pending, whereIs, [...path, itself]);
  });
}

/** Erasures of patients in a run, and what each covers (docs/retention.md). */
import type { Submission } from './submission.ts';

export interface ErasureRequest {
  readonly source: string;
  /** Id of the Patient. */
  readonly id: string;
  /** What happens to resources that name other patients too. */
  readonly shared: 'erase' | 'keep';
}

/** One that is recorded. It covers what was sent up to then. */
export interface RecordedErasure extends ErasureRequest {
  readonly number: number;
  /** Epoch ms. */
  readonly at: number;
}

type Erasable = Pick<Submission, 'source' | 'resourceType' | 'id' | 'patients' | 'sentAt'>;

export const names = (
  { source, patients }: Erasable,
  erasure: Pick<ErasureRequest, 'source' | 'id'>,
): boolean => source === erasure.source && patients.includes(erasure.id);

export function covers(erasure: RecordedErasure, submission: Erasable): boolean {
  if (submission.sentAt > erasure.at || !names(submission, erasure)) return false;
  const { resourceType, id, patients } = submission;
  const isOwn = resourceType === 'Patient' && id === erasure.id;
  return isOwn || patients.length === 1 || erasure.shared === 'erase';
}

/** A Patient that could not be read named nobody, and its correction names itself. */
export function coversCorrection(
  erasure: RecordedErasure,
  submission: Pick<Submission, 'source' | 'resourceType' | 'id' | 'sentAt' | 'corrected'>,
): boolean {
  const { source, resourceType, id, sentAt, corrected } = submission;
  const isOwn = source === erasure.source && resourceType === 'Patient' && id === erasure.id;
  return corrected !== undefined && isOwn && sentAt <= erasure.at;
}

/** The object of a claim check may be older than an erasure, and its message is not. */
export const mayCoverObject = (
  erasure: RecordedErasure,
  submission: Erasable & Pick<Submission, 'oddity'>,
): boolean => submission.oddity === 'claim-check' && names(submission, erasure);

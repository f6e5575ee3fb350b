import type { Verdict } from '../../core/message/verdict.ts';
import { validateText } from '../../packages/fhir-validator/validator.ts';
import { describeError } from '../../packages/isolation/death.ts';
import { boundedVerdict, isError } from './bounded-verdict.ts';

export interface VerdictLimits {
  readonly issuesMax: number;
  /** Whether the verdict lists the codings that the loaded definitions do not decide. */
  readonly undecided?: boolean;
  readonly source?: string | undefined;
}

/**
 * The verdict on one text, by the profiles of its source. An error that the validator throws is a crash
 * of this resource.
 */
export function verdictOn(text: string, limits: VerdictLimits): Verdict {
  try {
    const { resourceType, id, issues } = validateText(text, limits);
    const identity = { ...(resourceType && { resourceType }), ...(id && { id }) };
    const invalid = resourceType === undefined || issues.some(isError);
    return boundedVerdict(
      invalid
        ? { kind: 'invalid', ...identity, issues }
        : { kind: 'valid', ...identity, resourceType, issues },
    );
  } catch (error) {
    return { kind: 'crash', crash: 'exception', reason: describeError(error) };
  }
}

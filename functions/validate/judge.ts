import type { Issue, Verdict } from '../../core/verdict.ts';
import { excessOf } from '../../fhir/text/excess.ts';
import { validateText } from '../../fhir/validator.ts';
import { boundedVerdict, isError } from './bounded-verdict.ts';
import { describeError } from './isolation/death.ts';

/** Up to so many characters the heap of any worker holds whatever they say. */
const UNLOOKED_CHARACTERS_MAX = 256 * 1024;

/** The verdict on one text, by the profiles of its source. What the validator throws is a crash of this resource. */
export function judgeText(
  text: string,
  issuesMax: number,
  undecided = false,
  source?: string,
): Verdict {
  try {
    const excess = text.length > UNLOOKED_CHARACTERS_MAX ? excessOf(text) : undefined;
    if (excess !== undefined) {
      const issue: Issue = {
        severity: 'error',
        code: 'structure',
        text: excess,
        rule: 'limits/excess',
      };
      return { kind: 'invalid', issues: [issue] };
    }
    const { resourceType, id, issues } = validateText(text, { issuesMax, undecided, source });
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

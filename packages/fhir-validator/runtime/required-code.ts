/**
 * A code with a required binding that has only its `_` sibling, and so no code. "The concept in this element SHALL
 * be from the specified value set" (https://hl7.org/fhir/R4/terminologies.html#required): an extension such as
 * data-absent-reason is none, so this is an error.
 *
 * One extension is another case: that of an element of another version of FHIR
 * (https://hl7.org/fhir/R4/versions.html#extensions). It is defined for codes that R4's value set does not have yet,
 * and whoever sends such a code has no code of R4 to put beside it. So this is a warning, as it is for HL7's
 * validator since 2026.
 */
import { isObject } from './object.ts';
import type { Report } from './report.ts';
import type { MemberCheck } from './shapes.ts';

type Named = { readonly url: string };

/** `field` is the name of the code, if the element is a choice. */
export function noCode(set: Named, field?: string): MemberCheck {
  return (sibling, report, step, holder) => {
    if (holder[field ?? step.slice(1)] === undefined) withoutCode(sibling, set, report, step);
  };
}

export function noCodes(set: Named): MemberCheck {
  return (siblings, report, step, holder) => {
    if (!Array.isArray(siblings)) return;
    const main = holder[step.slice(1)];
    for (let i = 0; i < siblings.length; i++) {
      const code: unknown = Array.isArray(main) ? main[i] : undefined;
      if (siblings[i] === null || (code !== undefined && code !== null)) continue;
      withoutCode(siblings[i], set, report, `${step}[${i}]`);
    }
  };
}

function withoutCode(sibling: unknown, { url }: Named, report: Report, step: string): void {
  const said = `A code of ${url} is required, but there is none`;
  if (hasCodeOfOtherVersion(sibling)) {
    report.warning('fhir-r4/required-binding', 'code-invalid', `${said} of R4`, step);
  } else {
    report.error('fhir-r4/required-binding', 'code-invalid', said, step);
  }
}

/** Whether an extension has the code of another version of FHIR. */
export function hasCodeOfOtherVersion(sibling: unknown): boolean {
  const extensions = isObject(sibling) ? sibling['extension'] : undefined;
  return (
    Array.isArray(extensions) &&
    extensions.some(
      (each) =>
        isObject(each) &&
        typeof each['url'] === 'string' &&
        OF_OTHER_VERSION.test(each['url']) &&
        each['valueCode'] !== undefined,
    )
  );
}

/** http://hl7.org/fhir/5.0/StructureDefinition/extension-Encounter.status */
const OF_OTHER_VERSION = /^http:\/\/hl7\.org\/fhir\/\d\.\d\/StructureDefinition\/extension-\w/;

/** Converts issues to an OperationOutcome: https://hl7.org/fhir/R4/operationoutcome.html */
import type { Extension, OperationOutcome, OperationOutcomeIssue } from 'fhir/r4.js';
import type { Issue } from './issue.ts';

/**
 * Returns an OperationOutcome in R4 JSON. Without issues it has one of severity `information`, "No
 * issues found".
 */
export function operationOutcome(issues: readonly Issue[]): OperationOutcome {
  return {
    resourceType: 'OperationOutcome',
    issue: issues.length > 0 ? issues.map(outcomeIssue) : [ALL_OK],
  };
}

/**
 * Code system of rule ids: keys of invariants, and names such as `fhir-r4/date`. Ids do not change
 * between releases.
 */
export const RULES = 'https://fhir-failsafe.dev/rules';

const ALL_OK: OperationOutcomeIssue = {
  severity: 'information',
  code: 'informational',
  diagnostics: 'No issues found',
};

function outcomeIssue(issue: Issue): OperationOutcomeIssue {
  return {
    severity: issue.severity,
    code: issue.code as OperationOutcomeIssue['code'],
    ...(issue.rule === undefined
      ? {}
      : { details: { coding: [{ system: RULES, code: issue.rule }] } }),
    diagnostics: issue.text,
    ...(issue.expression === undefined ? {} : { expression: [issue.expression] }),
    ...sourceOf(issue),
  };
}

/** http://hl7.org/fhir/R4/extension-operationoutcome-issue-source.html */
function sourceOf({ plugin, guide }: Issue): { extension?: Extension[] } {
  const valueString = plugin === undefined ? guide : `plugin ${plugin}`;
  if (valueString === undefined) return {};
  const url = 'http://hl7.org/fhir/StructureDefinition/operationoutcome-issue-source';
  return { extension: [{ url, valueString }] };
}

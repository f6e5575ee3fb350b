// An OperationOutcome, an issue at a time: https://hl7.org/fhir/R4/operationoutcome.html

import { JSON } from 'json-as';

@json
export class Issue {
  severity: string;
  code: string;
  diagnostics: string;
  expression: string[];

  constructor(severity: string, code: string, diagnostics: string, expression: string) {
    this.severity = severity;
    this.code = code;
    this.diagnostics = diagnostics;
    this.expression = [expression];
  }
}

@json
class OperationOutcome {
  resourceType: string = 'OperationOutcome';
  issue: Issue[] = [];
}

/** The text to print: empty where there is nothing to say. */
export function outcome(issues: Issue[]): string {
  if (issues.length === 0) return '';
  const answer = new OperationOutcome();
  answer.issue = issues;
  return JSON.stringify(answer);
}

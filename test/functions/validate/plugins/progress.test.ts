import { expect, test } from 'vitest';
import { type Progress, withIssues } from '../../../../functions/validate/plugins/progress.ts';
import type { Issue } from '../../../../packages/fhir-validator/issue.ts';

const issue = (severity: Issue['severity'], text: string): Issue => ({
  ...{ severity, code: 'business-rule', text },
});
const warnings = ['a', 'b', 'c'].map((text) => issue('warning', text));
const warned: Progress = { kind: 'valid', resourceType: 'Patient', issues: warnings };
const textsOf = ({ issues }: Progress) => issues.map(({ text }) => text);

test('issues of a plugin come after those of the validator', () => {
  expect(withIssues(warned, [], 3)).toBe(warned);
  expect(textsOf(withIssues(warned, [issue('error', 'd')], 4))).toEqual(['a', 'b', 'c', 'd']);
});

test('an error of a plugin is not cut off by warnings: it rejects the resource', () => {
  const more = [issue('information', 'd'), issue('error', 'e'), issue('error', 'f')];
  const { issues } = withIssues(warned, more, 3);
  expect(issues.map(({ text }) => text)).toEqual(['e', 'f', 'a']);
});

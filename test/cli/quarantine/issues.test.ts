import { expect, test } from 'vitest';
import { codedIssues, placedIssues } from '../../../cli/quarantine/issues.ts';
import { RULES } from '../../../packages/fhir-validator/operation-outcome.ts';

const PHI = 'Peter Chalmers 4711';
const outcomeOf = (...issue: unknown[]) =>
  JSON.stringify({ resourceType: 'OperationOutcome', issue });
const coded = (outcome: string | undefined, kind: 'rejection' | 'undelivered' = 'rejection') =>
  codedIssues({ outcome, kind });

test('R08: an issue is shown with its code and its place', () => {
  const issue = { severity: 'error', code: 'value', expression: ['Patient.name[0].given[1]'] };
  const said = {
    diagnostics: PHI,
    details: { text: PHI },
    location: [PHI],
    extension: [{ url: PHI }],
  };
  expect(coded(outcomeOf({ ...issue, ...said }))).toEqual([issue]);
});

test('R08: a rule’s id is shown if it is one of ours', () => {
  const issue = { severity: 'error', code: 'value' };
  const ruled = (system: string, code: string) => ({
    ...issue,
    details: { coding: [{ system, code }] },
  });
  expect(
    coded(outcomeOf(ruled(RULES, 'fhir-r4/date'), ruled(RULES, PHI), ruled('http://x', 'dom-3'))),
  ).toEqual([{ ...issue, rule: 'fhir-r4/date' }, issue, issue]);
});

test.each([
  ['a text as code', { code: PHI }, { code: 'unknown' }],
  ['a text as severity', { severity: PHI, code: 'value' }, { code: 'value' }],
  [
    'a value as place',
    { code: 'value', expression: [`Patient.name.where(family='${PHI}')`] },
    { code: 'value' },
  ],
  ['a key as place', { code: 'value', expression: ['Patient.Peter Chalmers'] }, { code: 'value' }],
])('R08: %s is left out', (_, issue, left) => {
  expect(coded(outcomeOf(issue))).toEqual([{ severity: 'error', ...left }]);
});

test('R08: the name of an unknown property is left out, because its producer invented it', () => {
  const coding = [{ system: RULES, code: 'fhir-r4/unknown-property' }];
  const expression = ['Patient.contact[0].chalmers'];
  const issue = { severity: 'error', code: 'structure', details: { coding }, expression };
  const [found] = coded(outcomeOf(issue)) ?? [];
  expect(found?.expression).toEqual(['Patient.contact[0]']);
  expect(placedIssues({ outcome: outcomeOf(issue), kind: 'rejection' })).toMatchObject([
    { expression },
  ]);
});

test('R08: places that a FHIR server reports are left out, because they are its own words', () => {
  const issue = { severity: 'error', code: 'processing', expression: ['Patient.chalmers'] };
  expect(coded(outcomeOf(issue), 'undelivered')).toEqual([
    { severity: 'error', code: 'processing' },
  ]);
});

test.each([[undefined], [PHI], ['null'], ['{"issue":4}'], ['[]'], ['{"issue":["x"]}']])(
  'R08: %j has no issues to show',
  (outcome) => {
    expect(coded(outcome)).toBeUndefined();
  },
);

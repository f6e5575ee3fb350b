import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readPluginAnswer } from '../../../core/message/plugin-answer.ts';

const PATIENT = {
  resourceType: 'Patient',
  identifier: [{ value: 'a' }, { value: 'b' }],
  name: [{ given: ['Jane'] }],
};

const read = (output: string, issuesMax = 100) =>
  readPluginAnswer('cpf', output, PATIENT, issuesMax);
const outcome = (...issue: unknown[]) =>
  JSON.stringify({ resourceType: 'OperationOutcome', issue });
const issuesOf = (output: string, issuesMax?: number) => {
  const answer = read(output, issuesMax);
  return answer.kind === 'issues' ? answer.issues : answer.reason;
};

test('a plugin that prints nothing has no issues', () => {
  expect(issuesOf('')).toEqual([]);
  expect(issuesOf(' \n')).toEqual([]);
  expect(issuesOf(outcome())).toEqual([]);
});

test('R07: an issue carries the name of its plugin, its text and its place', () => {
  const said = {
    severity: 'error',
    code: 'value',
    diagnostics: 'no CPF',
    expression: ['Patient.identifier[1].value', 'Patient.name'],
  };
  expect(issuesOf(outcome(said))).toEqual([
    {
      severity: 'error',
      code: 'value',
      text: 'no CPF',
      expression: 'Patient.identifier[1].value',
      plugin: 'cpf',
    },
  ]);
});

test('fatal is an error; the text may be in the details, or be missing', () => {
  expect(
    issuesOf(
      outcome(
        { severity: 'fatal', code: 'value', details: { text: 'as text' } },
        { severity: 'information', code: 'informational', details: 'none' },
        { severity: 'warning', code: 'value', diagnostics: '' },
      ),
    ),
  ).toMatchObject([
    { severity: 'error', text: 'as text' },
    { severity: 'information', text: 'informational' },
    { severity: 'warning', text: 'value' },
  ]);
});

test('texts are cut, and if there are too many issues the errors are kept', () => {
  const [cut] = issuesOf(
    outcome({ severity: 'error', code: 'value', diagnostics: 'x'.repeat(9_999) }),
  );
  expect(cut).toHaveProperty('text', 'x'.repeat(500));
  const warning = { severity: 'warning', code: 'value' };
  const error = { severity: 'error', code: 'value' };
  expect(issuesOf(outcome(warning, warning, error), 2)).toMatchObject([error, warning]);
});

describe('R08: a place is kept only as far as it exists in the resource', () => {
  test.each([
    ['Patient.identifier[1].Silva', 'Patient.identifier[1]'],
    ['Patient.identifier[2].value', 'Patient'],
    ['Patient.identifier[0].value.length', 'Patient.identifier[0].value'],
    ['Patient.identifier.value', 'Patient.identifier'],
    ['Patient.name[0].given[0]', 'Patient.name[0].given[0]'],
    ['Patient.resourceType[0]', 'Patient'],
    ['Patient.constructor', 'Patient'],
    ["Patient.name.where(family = 'Silva')", 'Patient.name'],
    ['Patient', 'Patient'],
    ['Silva', undefined],
    ['Observation.status', undefined],
    ['', undefined],
  ])('%s', (said, told) => {
    const [issue] = issuesOf(outcome({ severity: 'error', code: 'value', expression: [said] }));
    expect((issue as { expression?: string }).expression).toBe(told);
  });

  test('the kept place exists in the resource, whatever the plugin says', () => {
    const step = fc.oneof(
      fc.string(),
      fc.constantFrom('identifier[0]', 'value', 'name', '52998224725'),
    );
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const expression = [['Patient', ...steps].join('.')];
        const [issue] = issuesOf(outcome({ severity: 'error', code: 'value', expression }));
        const told = (issue as { expression: string }).expression;
        expect(told).toMatch(/^Patient(\.(identifier|name|value|given|resourceType)(\[\d\])?)*$/);
      }),
    );
  });
});

describe('what cannot be read is not an answer', () => {
  test.each([
    ['no JSON', 'all is well', 'OperationOutcome'],
    ['null', 'null', 'OperationOutcome'],
    ['an array', '[]', 'OperationOutcome'],
    ['another resource', JSON.stringify(PATIENT), 'OperationOutcome'],
    ['no issues at all', '{"resourceType":"OperationOutcome"}', 'has no issue'],
    ['an issue that is not an object', outcome(null), 'severity or code'],
    ['an unknown severity', outcome({ severity: 'grave', code: 'value' }), 'severity or code'],
    ['an unknown code', outcome({ severity: 'error', code: 'Silva' }), 'severity or code'],
    ['no code', outcome({ severity: 'error' }), 'severity or code'],
    ['a prototype', outcome({ severity: '__proto__', code: 'value' }), 'severity or code'],
  ])('%s', (_, output, reason) => {
    const answer = read(output);
    expect(answer).toMatchObject({ kind: 'unreadable', reason: expect.stringContaining(reason) });
    expect(JSON.stringify(answer)).not.toContain('Silva');
  });
});

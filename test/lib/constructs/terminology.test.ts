import { describe, expect, it } from 'vitest';
import { type PermissionsTemplate, permissionRows } from '../../../lib/checks/permissions.ts';
import { loadConfig } from '../../../lib/config/config-load.ts';
import { byName, synthesized } from '../synthesized.ts';

const endpoint = 'https://tx.example.org/r4';
const secret = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:token-AbCdEf';
const template = synthesized({
  'terminology.endpoint': endpoint,
  'terminology.tokenSecretArn': secret,
});
const without = synthesized();

function variables(of: typeof template, name: string): Record<string, unknown> {
  const functions = byName(of, 'AWS::Lambda::Function', 'FunctionName');
  const { Environment } = functions.get(`fhir-failsafe-dev-${name}`)?.Properties ?? {};
  return (Environment as { Variables: Record<string, unknown> }).Variables;
}

describe('the terminology server', () => {
  it('is asked only if an endpoint is configured', () => {
    const tables = byName(without, 'AWS::DynamoDB::Table', 'TableName');
    expect(tables.has('fhir-failsafe-dev-terminology')).toBe(false);
    const off = variables(without, 'validate-critical');
    expect(Object.keys(off).filter((name) => /TERMINOLOGY|BREAKERS/.test(name))).toEqual([]);
    expect(JSON.parse(String(off['SETTINGS']))).not.toHaveProperty('terminology');
  });

  it('is asked by both lanes, with the settings of the config', () => {
    for (const lane of ['critical', 'background']) {
      const on = variables(template, `validate-${lane}`);
      expect(on).toMatchObject({ TERMINOLOGY_ENDPOINT: endpoint, TERMINOLOGY_TOKEN_ARN: secret });
      expect(on).toHaveProperty('TERMINOLOGY_TABLE');
      expect(on).toHaveProperty('BREAKERS_TABLE');
      expect(JSON.parse(String(on['SETTINGS'])).terminology).toEqual({
        callTimeoutMs: 1_000,
        budgetMs: 2_000,
        callsMax: 8,
        codesPerResource: 32,
        codesPerMinute: 1_200,
        freshMs: 86_400_000,
        staleMs: 30 * 86_400_000,
        breakerFailures: 5,
        breakerOpenMs: 30_000,
      });
    }
  });

  it('has its answers cached in a table of their own, where they expire', () => {
    template.hasResourceProperties('AWS::DynamoDB::Table', {
      TableName: 'fhir-failsafe-dev-terminology',
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS' },
    });
  });

  it('validate gets the permissions for it, and no others', () => {
    const rowsOf = (of: typeof template) =>
      permissionRows(of.toJSON() as PermissionsTemplate)
        .filter((row) => row.function === 'validate-critical')
        .map((row) => `${row.purpose}: ${row.actions} on ${row.resources}`);
    const before = rowsOf(without);
    expect(rowsOf(template).filter((row) => !before.includes(row))).toEqual([
      'ShareAnswers: dynamodb:GetItem, dynamodb:PutItem on table terminology',
      'ShareBreaker: dynamodb:GetItem, dynamodb:PutItem on table breakers',
      `ReadToken: secretsmanager:GetSecretValue on ${secret}`,
      'TellAudit: sqs:SendMessage on queue audit.fifo',
      'TellSupervisor: sqs:SendMessage on queue supervisor',
    ]);
  });
});

describe('the config of terminology', () => {
  it.each([
    [{ 'terminology.endpoint': 'http://tx.example.org' }, /must be https/],
    [{ 'terminology.endpoint': 'not a URL' }, /terminology.endpoint/],
    [{ 'terminology.tokenSecretArn': secret }, /needs terminology.endpoint/],
    [{ 'terminology.endpoint': endpoint, 'terminology.callTimeoutMs': 1_500 }, /must fit twice/],
    [{ 'terminology.endpoint': endpoint, 'terminology.budgetMs': 2_500 }, /beside deadlineMs 5000/],
    [
      {
        'terminology.endpoint': endpoint,
        'terminology.freshHours': 48,
        'terminology.staleDays': 1,
      },
      /freshHours 48 must be at most/,
    ],
  ])('%j is refused', (context, why) => {
    expect(() => loadConfig({}, context)).toThrow(why);
  });

  it('http is accepted for a server on this machine', () => {
    const context = { 'terminology.endpoint': 'http://127.0.0.1:8081/fhir' };
    expect(loadConfig({}, context).terminology.endpoint).toBe(context['terminology.endpoint']);
  });
});

import { describe, expect, it } from 'vitest';
import { type PermissionsTemplate, permissionRows } from '../../../lib/checks/permissions.ts';
import { planConcurrency } from '../../../lib/config/concurrency.ts';
import { loadConfig } from '../../../lib/config/config-load.ts';
import { byName, synthesized } from '../synthesized.ts';

const endpoint = 'https://fhir.example.org/r4';
const secret = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:token-AbCdEf';
const template = synthesized({
  'delivery.endpoint': endpoint,
  'delivery.tokenSecretArn': secret,
});
const functions = byName(template, 'AWS::Lambda::Function', 'FunctionName');
function variables(name: string): Record<string, unknown> {
  const { Environment } = functions.get(`fhir-failsafe-dev-${name}`)?.Properties ?? {};
  return (Environment as { Variables: Record<string, unknown> }).Variables;
}

describe('the delivery lane', () => {
  it('exists only if an endpoint is configured', () => {
    const without = byName(synthesized(), 'AWS::Lambda::Function', 'FunctionName');
    expect(without.has('fhir-failsafe-dev-deliver')).toBe(false);
    expect(variables('deliver')).toMatchObject({
      DELIVERY_ENDPOINT: endpoint,
      DELIVERY_TOKEN_ARN: secret,
    });
    expect(variables('validate-critical')).toHaveProperty('DELIVERY_QUEUE_URL');
    expect(variables('validate-background')).toHaveProperty('DELIVERY_QUEUE_URL');
  });

  it('is woken each minute to send what is due', () => {
    const [resend] = Object.entries(template.findResources('AWS::Lambda::Function'))
      .filter(([, { Properties }]) => Properties.FunctionName === 'fhir-failsafe-dev-resend')
      .map(([id]) => id);
    const { Targets } =
      byName(template, 'AWS::Events::Rule', 'Name').get('fhir-failsafe-dev-minute')?.Properties ??
      {};
    expect(Targets).toContainEqual(
      expect.objectContaining({ Arn: { 'Fn::GetAtt': [resend, 'Arn'] } }),
    );
  });

  it('has a mapping within the configured concurrency', () => {
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      BatchSize: 10,
      ScalingConfig: { MaximumConcurrency: 20 },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
  });

  it('keeps messages that SQS gives up on in a dead-letter queue that nobody reads, as long as possible', () => {
    const queues = byName(template, 'AWS::SQS::Queue', 'QueueName');
    const deadLetter = 'fhir-failsafe-dev-delivery-dead-letter';
    expect(queues.get(deadLetter)?.Properties).toMatchObject({
      MessageRetentionPeriod: 14 * 86_400,
    });
    expect(queues.get('fhir-failsafe-dev-delivery')?.Properties).toMatchObject({
      MessageRetentionPeriod: 14 * 86_400,
      RedrivePolicy: { maxReceiveCount: 1000 },
    });
    const sources = Object.values(template.findResources('AWS::Lambda::EventSourceMapping')).map(
      ({ Properties }) => JSON.stringify(Properties.EventSourceArn),
    );
    expect(sources.filter((source) => source.includes('DeliveryDeadLetter'))).toEqual([]);
    expect(sources.filter((source) => source.includes('DeliveryQueue'))).toHaveLength(1);
  });

  it('has exactly the permissions that it needs', () => {
    const rows = permissionRows(template.toJSON() as PermissionsTemplate).map(
      (row) => `${row.function} ${row.purpose}: ${row.actions} on ${row.resources}`,
    );
    const of = (name: string) =>
      rows.filter((row) => row.startsWith(`${name} `) && !/ (Key|OwnLog)/.test(row));
    expect(of('deliver')).toEqual([
      'deliver TakeTriggers: sqs:ChangeMessageVisibility, sqs:DeleteMessage, sqs:GetQueueAttributes, sqs:ReceiveMessage on queue delivery',
      'deliver SendUnderLease: dynamodb:GetItem, dynamodb:UpdateItem on table resources',
      'deliver ShareBreaker: dynamodb:GetItem, dynamodb:PutItem on table breakers',
      'deliver FileUndelivered: dynamodb:UpdateItem on table quarantine',
      'deliver ReadBodies: s3:GetObject on bucket bodies/resources/*',
      'deliver WriteBodies: s3:PutObject on bucket bodies/quarantine/*',
      `deliver ReadToken: secretsmanager:GetSecretValue on ${secret}`,
      'deliver TellSupervisor: sqs:SendMessage on queue supervisor',
      'deliver TellAudit: sqs:SendMessage on queue audit.fifo',
    ]);
    expect(of('resend')).toEqual([
      'resend FindDue: dynamodb:Query, dynamodb:Scan on table resources/index/by-pending',
      'resend MarkSent: dynamodb:UpdateItem on table resources',
      'resend ReadBreakers: dynamodb:GetItem, dynamodb:Scan on table breakers',
      'resend ConfirmTransitions: dynamodb:UpdateItem on table breakers',
      'resend SendTriggers: sqs:SendMessage on queue delivery, queue delivery-dead-letter',
      'resend TellAudit: sqs:SendMessage on queue audit.fifo',
    ]);
    expect(of('validate-critical')).toContain(
      'validate-critical AskForDelivery: sqs:SendMessage on queue delivery',
    );
  });
});

describe('the config of delivery', () => {
  it.each([
    [{ 'delivery.endpoint': 'http://fhir.example.org' }, /must be https/],
    [{ 'delivery.endpoint': 'not a URL' }, /delivery.endpoint/],
    [{ 'delivery.callTimeoutMs': 20_000 }, /must fit twice/],
    [{ 'delivery.visibilitySeconds': 60 }, /must be at least 180/],
    [{ 'delivery.lateMs': 0 }, /delivery.lateMs/],
    [{ 'delivery.breakerShare.failed': 1.5 }, /delivery.breakerShare.failed/],
  ])('%j is refused', (context, problem) => {
    expect(() => loadConfig({}, context)).toThrow(problem);
  });

  it('http is accepted for a server on this machine', () => {
    const context = { 'delivery.endpoint': 'http://127.0.0.1:8080/fhir' };
    expect(loadConfig({}, context).delivery.endpoint).toBe(context['delivery.endpoint']);
  });

  it('reserves the lane’s concurrency in prod', () => {
    const config = loadConfig({}, { stage: 'prod', 'delivery.endpoint': endpoint });
    expect(planConcurrency(config).reserved).toMatchObject({ deliver: 20, resend: 1 });
    const small = { ...config, accountConcurrency: 200 };
    expect(() => planConcurrency(small)).toThrow('delivery 21');
  });
});

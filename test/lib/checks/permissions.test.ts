import { describe, expect, it } from 'vitest';
import { type PermissionsTemplate, permissionRows } from '../../../lib/checks/permissions.ts';
import { synthesized } from '../synthesized.ts';

const template = synthesized().toJSON() as PermissionsTemplate;
const rowsOf = (name: string) =>
  permissionRows(template)
    .filter((row) => row.function === name)
    .map(({ purpose, actions, resources, only }) =>
      `${purpose}: ${actions} on ${resources} ${only}`.trimEnd(),
    );

const KEY_FOR_TABLES =
  'KeyForTables: kms:Decrypt, kms:DescribeKey, kms:Encrypt, kms:GenerateDataKey, kms:ReEncryptFrom, kms:ReEncryptTo on key by way of dynamodb';
const OWN_LOG = 'OwnLog: logs:CreateLogStream, logs:PutLogEvents on its log group';

const HASHES = [
  'ReadHashKey: secretsmanager:GetSecretValue on secret',
  'KeyForHashKey: kms:Decrypt, kms:GenerateDataKey on key by way of secretsmanager',
];

const KNOWS_ERASURES = ['KnowErasures: dynamodb:Query on table erasures', ...HASHES];

describe('permissions', () => {
  it.each(['critical', 'background'])('validate-%s has exactly these', (lane) => {
    expect(rowsOf(`validate-${lane}`)).toEqual([
      `TakeMessages: sqs:ChangeMessageVisibility, sqs:DeleteMessage, sqs:GetQueueAttributes, sqs:ReceiveMessage on queue ${lane}, queue ${lane}-isolation`,
      `SetAside: sqs:SendMessage on queue ${lane}-dead-letter, queue ${lane}-isolation`,
      'StoreValid: dynamodb:UpdateItem on table resources answering NONE',
      'KnowStored: dynamodb:GetItem on table resources naming pk and messageId and storedAt, and no others',
      'KnowStoredBy: dynamodb:Query on table resources/index/by-message',
      'RecordTrouble: dynamodb:GetItem, dynamodb:UpdateItem on table quarantine',
      'MarkBatches: dynamodb:BatchGetItem, dynamodb:BatchWriteItem, dynamodb:DeleteItem, dynamodb:GetItem, dynamodb:PutItem, dynamodb:Query on table inflight',
      'TellCrashes: sns:Publish on topic crashes',
      'TellOutcomes: sns:Publish on topic outcomes',
      'ReadClaimChecks: s3:GetObject, s3:GetObjectVersion on bucket bodies/submissions/*',
      `ReadHops: s3:GetObject on bucket bodies/hops/${lane}/*`,
      `WriteBodies: s3:PutObject on bucket bodies/hops/${lane}/*, bucket bodies/quarantine/*, bucket bodies/resources/*`,
      `KnowAbsentBodies: s3:ListBucket on bucket bodies below submissions/* and hops/${lane}/*`,
      'KeyForMessagesAndBodies: kms:Decrypt, kms:GenerateDataKey on key by way of s3, sns, sqs',
      KEY_FOR_TABLES,
      OWN_LOG,
      ...KNOWS_ERASURES,
    ]);
  });

  it('quarantine has exactly these', () => {
    expect(rowsOf('quarantine')).toEqual([
      'TakeDeadLetters: sqs:ChangeMessageVisibility, sqs:DeleteMessage, sqs:GetQueueAttributes, sqs:ReceiveMessage on queue background-dead-letter, queue critical-dead-letter',
      'FileThem: dynamodb:GetItem, dynamodb:UpdateItem on table quarantine',
      'KnowStoredBy: dynamodb:Query on table resources/index/by-message',
      'WriteBodies: s3:PutObject on bucket bodies/quarantine/*',
      'TellOutcomes: sns:Publish on topic outcomes',
      'KeyForMessagesAndBodies: kms:Decrypt, kms:GenerateDataKey on key by way of s3, sns, sqs',
      KEY_FOR_TABLES,
      OWN_LOG,
      ...KNOWS_ERASURES,
    ]);
  });

  it('incident has exactly these', () => {
    expect(rowsOf('incident')).toEqual([
      'TakeCrashes: sqs:DeleteMessage, sqs:GetQueueAttributes, sqs:ReceiveMessage on queue incident',
      'CountAndRecord: dynamodb:GetItem, dynamodb:PutItem, dynamodb:Query, dynamodb:UpdateItem on table incidents',
      'FindUnfinished: dynamodb:Query on table incidents/index/by-phase',
      'Page: sns:Publish on topic management, topic oncall',
      'KeyForMessagesAndBodies: kms:Decrypt, kms:GenerateDataKey on key by way of sns, sqs',
      KEY_FOR_TABLES,
      OWN_LOG,
      'TellAudit: sqs:SendMessage on queue audit.fifo',
      ...HASHES,
    ]);
  });

  it('R40: audit has exactly these', () => {
    expect(rowsOf('audit')).toEqual([
      'TakeFacts: sqs:DeleteMessage, sqs:GetQueueAttributes, sqs:ReceiveMessage on queue audit.fifo',
      'CopyEntries: dynamodb:BatchGetItem, dynamodb:PutItem, dynamodb:Query on table audit',
      'WriteBatches: s3:GetObjectVersion, s3:PutObject on bucket/main/*',
      'FindBatches: s3:ListBucketVersions on bucket',
      'KeyForBatches: kms:Decrypt, kms:GenerateDataKey on key audit by way of s3',
      'KeyForMessagesAndBodies: kms:Decrypt, kms:GenerateDataKey on key by way of sqs',
      KEY_FOR_TABLES,
      OWN_LOG,
      ...HASHES,
    ]);
  });

  it('supervisor has exactly these', () => {
    const queues = ['background', 'background-isolation', 'critical', 'critical-isolation'];
    expect(rowsOf('supervisor')).toEqual([
      'TakeNews: sqs:DeleteMessage, sqs:GetQueueAttributes, sqs:ReceiveMessage on queue supervisor',
      'KeepState: dynamodb:GetItem, dynamodb:PutItem, dynamodb:Scan on table supervision',
      `PauseAndResume: lambda:GetEventSourceMapping, lambda:UpdateEventSourceMapping on ${queues.map((queue) => `mapping of queue ${queue}`).join(', ')}`,
      'TakeProbes: sqs:DeleteMessage, sqs:GetQueueAttributes, sqs:ReceiveMessage on queue background, queue critical',
      'RunProbes: lambda:InvokeFunction on function validate-background, function validate-critical',
      'TellEscalations: sqs:SendMessage on queue incident',
      'KeyForMessagesAndBodies: kms:Decrypt, kms:GenerateDataKey on key by way of sqs',
      KEY_FOR_TABLES,
      OWN_LOG,
      'TellAudit: sqs:SendMessage on queue audit.fifo',
    ]);
  });

  it('monitor has exactly these', () => {
    expect(rowsOf('monitor')).toEqual([
      'TellCrashes: sns:Publish on topic crashes',
      'FindAttempts: dynamodb:Query on table quarantine/index/by-request',
      'SayWhatKilled: dynamodb:GetItem, dynamodb:UpdateItem on table quarantine',
      'KeepWhatFailed: sqs:SendMessage on queue monitor-dead-letter',
      'TakeWhatFailed: sqs:DeleteMessage, sqs:GetQueueAttributes, sqs:ReceiveMessage on queue monitor-dead-letter',
      'KeyForMessagesAndBodies: kms:Decrypt, kms:GenerateDataKey on key by way of sns, sqs',
      KEY_FOR_TABLES,
      OWN_LOG,
    ]);
  });

  it('R50: reporting has exactly these, and no table of the kernel is among them', () => {
    expect(rowsOf('reporting')).toEqual([
      'TakeOutcomes: sqs:DeleteMessage, sqs:GetQueueAttributes, sqs:ReceiveMessage on queue reporting',
      'WriteReports: s3:PutObject on bucket reports/due/*, bucket reports/facts/*, bucket reports/reports/*',
      'ReadFacts: s3:GetObject on bucket reports/facts/*',
      'FindFactsAndMarks: s3:ListBucket on bucket reports below due/* and facts/*',
      'ClearMarks: s3:DeleteObject on bucket reports/due/*',
      'KeyForMessagesAndBodies: kms:Decrypt, kms:GenerateDataKey on key by way of s3, sqs',
      OWN_LOG,
      ...HASHES,
    ]);
  });

  it('R50: analytics has exactly these, and no table of the kernel is among them', () => {
    expect(rowsOf('analytics')).toEqual([
      'TakeOutcomes: sqs:DeleteMessage, sqs:GetQueueAttributes, sqs:ReceiveMessage on queue analytics',
      'KeepFacts: s3:PutObject on bucket analytics/facts/*',
      'KeyForMessagesAndBodies: kms:Decrypt, kms:GenerateDataKey on key by way of s3, sqs',
      OWN_LOG,
      ...HASHES,
    ]);
  });

  it('empty-bucket, outside production, has exactly these', () => {
    const buckets = ['access-logs', 'analytics', 'bodies', 'reports'];
    expect(rowsOf('empty-bucket')).toEqual([
      'KnowWhetherTheStackGoes: cloudformation:DescribeStacks on <AWS::StackId>',
      `FindVersions: s3:ListBucketVersions on ${buckets.map((name) => `bucket ${name}`).join(', ')}`,
      `DeleteVersions: s3:DeleteObject, s3:DeleteObjectVersion on ${buckets.map((name) => `bucket ${name}/*`).join(', ')}`,
      OWN_LOG,
    ]);
  });

  it('no other function has any', () => {
    expect(new Set(permissionRows(template).map((row) => row.function))).toEqual(
      new Set([
        ...['validate-critical', 'validate-background', 'quarantine'],
        ...['incident', 'audit', 'supervisor', 'monitor', 'reporting', 'analytics', 'empty-bucket'],
      ]),
    );
  });

  it('are found inline, in attached managed policies, and in policies that name the role', () => {
    const role = { 'Fn::GetAtt': ['Role', 'Arn'] };
    const statement = (Sid: string) => ({
      Statement: [{ Sid, Effect: 'Allow', Action: 'sqs:SendMessage', Resource: '*' }],
    });
    const rows = permissionRows({
      Resources: {
        F: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'f', Role: role } },
        Role: {
          Type: 'AWS::IAM::Role',
          Properties: {
            ManagedPolicyArns: [{ Ref: 'Attached' }],
            Policies: [{ PolicyDocument: statement('Inline') }],
          },
        },
        Attached: {
          Type: 'AWS::IAM::ManagedPolicy',
          Properties: { PolicyDocument: statement('Attached') },
        },
        Onto: {
          Type: 'AWS::IAM::Policy',
          Properties: { Roles: [{ Ref: 'Role' }], PolicyDocument: statement('Onto') },
        },
      },
    });
    expect(rows.map(({ purpose }) => purpose).sort()).toEqual(['Attached', 'Inline', 'Onto']);
    expect(rows[0]?.resources).toBe('*');
  });

  it('are not listed if a role has a policy from outside the stack', () => {
    const arn = 'arn:aws:iam::aws:policy/AdministratorAccess';
    const Role = { 'Fn::GetAtt': ['R', 'Arn'] };
    const Resources = {
      F: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'f', Role } },
      R: { Type: 'AWS::IAM::Role', Properties: { ManagedPolicyArns: [arn] } },
    };
    expect(() => permissionRows({ Resources })).toThrow(/R has a policy not of ours/);
  });
});

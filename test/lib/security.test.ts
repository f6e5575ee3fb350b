import { describe, expect, it } from 'vitest';
import { byName, resourcesOf, synthesized, type TestResource } from './synthesized.ts';

interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Principal?: unknown;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

const template = synthesized();
const resources = (type: string) => resourcesOf(template, type);
const [keyId = '', vaultKeyId = ''] = Object.keys(resources('AWS::KMS::Key'));
const vaultKeyArn = { 'Fn::GetAtt': [vaultKeyId, 'Arn'] };
const keyArn = { 'Fn::GetAtt': [keyId, 'Arn'] };

const statements = (resource: TestResource, property = 'PolicyDocument') =>
  (resource.Properties[property] as { Statement: Statement[] }).Statement;

describe('encryption by our key', () => {
  it.each([
    ['AWS::SQS::Queue', 17, { KmsMasterKeyId: keyArn }],
    ['AWS::SNS::Topic', 4, { KmsMasterKeyId: keyArn }],
    ['AWS::Logs::LogGroup', 10, { KmsKeyId: keyArn }],
    ['AWS::SecretsManager::Secret', 1, { KmsKeyId: keyArn }],
    ['AWS::DynamoDB::Table', 8, { SSESpecification: { SSEEnabled: true, KMSMasterKeyId: keyArn } }],
  ])('covers every %s (%d)', (type, count, properties) => {
    const all = Object.values(resources(type));
    expect(all).toHaveLength(count);
    for (const { Properties } of all) expect(Properties).toMatchObject(properties);
  });

  it('covers the bodies; their access logs have the only kind of encryption that S3 can write to', () => {
    const buckets = Object.entries(resources('AWS::S3::Bucket'));
    const algorithms = buckets.map(([id, { Properties }]) => [
      id.replace(/[0-9A-F]{8}$/, ''),
      JSON.stringify(Properties['BucketEncryption']),
    ]);
    expect(Object.fromEntries(algorithms)).toEqual({
      BodiesBucket: expect.stringContaining(JSON.stringify(keyArn)),
      ReportingBucket: expect.stringContaining(JSON.stringify(keyArn)),
      AnalyticsBucket: expect.stringContaining(JSON.stringify(keyArn)),
      AuditVaultBucket: expect.stringContaining(JSON.stringify(vaultKeyArn)),
      BodiesAccessLogs: expect.stringContaining('"AES256"'),
    });
  });

  it('uses one key, which rotates; the audit log has its own', () => {
    template.resourceCountIs('AWS::KMS::Key', 2);
    template.allResourcesProperties('AWS::KMS::Key', { EnableKeyRotation: true });
  });
});

describe("the key's policy", () => {
  const key = resources('AWS::KMS::Key')[keyId];
  const bySid = new Map(
    (key ? statements(key, 'KeyPolicy') : []).map((statement) => [statement.Sid, statement]),
  );

  it.each([
    ['Sns', 'sns.amazonaws.com', ':sns:', ':fhir-failsafe-dev-*'],
    ['CloudWatchAlarms', 'cloudwatch.amazonaws.com', ':cloudwatch:', ':alarm:fhir-failsafe-dev-*'],
  ])('allows %s (%s), for our own account and names only', (sid, Service, service, names) => {
    const statement = bySid.get(sid);
    expect(statement).toMatchObject({
      Effect: 'Allow',
      Principal: { Service },
      Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
      Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
    });
    const condition = JSON.stringify(statement?.Condition);
    expect(condition).toContain('"aws:SourceArn"');
    expect(condition).toContain(service);
    expect(condition).toContain(names);
  });

  it('allows EventBridge without a condition on the source, because EventBridge does not pass it to KMS', () => {
    const statement = bySid.get('EventBridgeRules');
    expect(statement).toMatchObject({
      Effect: 'Allow',
      Principal: { Service: 'events.amazonaws.com' },
      Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
    });
    expect(statement).not.toHaveProperty('Condition');
  });

  it('allows CloudWatch Logs for our own log groups only', () => {
    const statement = bySid.get('CloudWatchLogs');
    expect(JSON.stringify(statement?.Principal)).toContain('"logs."');
    const condition = JSON.stringify(statement?.Condition);
    expect(condition).toContain('kms:EncryptionContext:aws:logs:arn');
    expect(condition).toContain(':log-group:/aws/lambda/fhir-failsafe-dev-*');
    // In China the name of the service ends otherwise.
    expect(JSON.stringify(statement?.Principal)).toContain('{"Ref":"AWS::URLSuffix"}');
  });

  it('leaves the rest to the account, and to nobody else', () => {
    expect([...bySid.keys()].sort()).toEqual(
      ['CloudWatchAlarms', 'CloudWatchLogs', 'EventBridgeRules', 'Sns', undefined].sort(),
    );
    expect(JSON.stringify(bySid.get(undefined)?.Principal)).toMatch(/:iam::.*:root/);
  });
});

describe('TLS only', () => {
  it.each([
    ['AWS::SQS::Queue', 'AWS::SQS::QueuePolicy', 'Queues'],
    ['AWS::SNS::Topic', 'AWS::SNS::TopicPolicy', 'Topics'],
    ['AWS::S3::Bucket', 'AWS::S3::BucketPolicy', 'Bucket'],
  ])('is required by every %s', (type, policyType, property) => {
    const policies = Object.values(resources(policyType));
    for (const id of Object.keys(resources(type))) {
      const own = policies.filter(({ Properties }) =>
        JSON.stringify(Properties[property]).includes(`"${id}"`),
      );
      const denials = own
        .flatMap((policy) => statements(policy))
        .filter(({ Effect, Condition }) => {
          const insecure = { Bool: { 'aws:SecureTransport': 'false' } };
          return Effect === 'Deny' && JSON.stringify(Condition) === JSON.stringify(insecure);
        });
      expect(denials, id).toHaveLength(1);
      expect(['"*"', '{"AWS":"*"}'], id).toContain(JSON.stringify(denials[0]?.Principal));
    }
  });
});

const serviceOf = (principal: unknown) => (principal as { Service: string }).Service;

describe('who may send', () => {
  it('to a queue are the topic that it subscribes to, and the minute rule if it wakes the queue', () => {
    const senders = Object.values(resources('AWS::SQS::QueuePolicy'))
      .flatMap((policy) => statements(policy))
      .filter(({ Effect }) => Effect === 'Allow');
    const topics = Object.keys(resources('AWS::SNS::Topic')).filter((id) => !/^Oncall/.test(id));
    const [minuteId] = Object.keys(resources('AWS::Events::Rule'));
    const sources: Record<string, readonly unknown[]> = {
      'sns.amazonaws.com': topics.map((topic) => ({ Ref: topic })),
      'events.amazonaws.com': [{ 'Fn::GetAtt': [minuteId, 'Arn'] }],
    };
    expect(new Set(senders.map(({ Principal }) => serviceOf(Principal)))).toEqual(
      new Set(Object.keys(sources)),
    );
    for (const { Action, Principal, Condition } of senders) {
      expect(Action).toBe('sqs:SendMessage');
      const source = (Condition as { ArnEquals: Record<string, unknown> }).ArnEquals;
      expect(Object.keys(source)).toEqual(['aws:SourceArn']);
      expect(sources[serviceOf(Principal)]).toContainEqual(source['aws:SourceArn']);
      expect(Object.keys(Condition as object)).toEqual(['ArnEquals']);
    }
  });

  it('nothing is public', () => {
    for (const { Properties } of Object.values(resources('AWS::S3::Bucket'))) {
      expect(Properties).toMatchObject({
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        VersioningConfiguration: { Status: 'Enabled' },
        OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      });
    }
    for (const { Properties } of Object.values(resources('AWS::Lambda::Permission'))) {
      expect(['events.amazonaws.com', 'logs.amazonaws.com']).toContain(Properties['Principal']);
      expect(Properties).toMatchObject({
        SourceArn: { 'Fn::GetAtt': [expect.any(String), 'Arn'] },
      });
    }
    template.resourceCountIs('AWS::Lambda::Url', 0);
  });

  it('each function has its own role, which only Lambda may assume', () => {
    const functions = byName(template, 'AWS::Lambda::Function', 'FunctionName');
    const roles = [...functions.values()].map(({ Properties }) =>
      JSON.stringify(Properties['Role']),
    );
    expect(new Set(roles).size).toBe(functions.size);
    template.resourceCountIs('AWS::IAM::Role', functions.size);
    for (const role of Object.values(resources('AWS::IAM::Role'))) {
      expect(statements(role, 'AssumeRolePolicyDocument')).toEqual([
        {
          Effect: 'Allow',
          Action: 'sts:AssumeRole',
          Principal: { Service: 'lambda.amazonaws.com' },
        },
      ]);
    }
  });
});

describe('R40: the audit log', () => {
  const own = Object.values(resources('AWS::S3::BucketPolicy'))
    .flatMap((policy) => statements(policy))
    .filter(({ Sid }) => Sid?.startsWith('Deny'));

  it('objects are written only by audit, and nobody may delete or unlock them', () => {
    const functions = byName(template, 'AWS::Lambda::Function', 'FunctionName');
    const role = functions.get('fhir-failsafe-dev-audit')?.Properties['Role'];
    const everything = [
      { 'Fn::GetAtt': [expect.stringMatching(/^AuditVaultBucket/), 'Arn'] },
      '/*',
    ];
    const common = {
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Resource: { 'Fn::Join': ['', everything] },
    };
    expect(own).toEqual([
      {
        ...common,
        Sid: 'DenyDelete',
        Action: [
          's3:BypassGovernanceRetention',
          's3:DeleteObject',
          's3:DeleteObjectVersion',
          's3:PutObjectLegalHold',
          's3:PutObjectRetention',
        ],
      },
      {
        ...common,
        Sid: 'DenyPut',
        Action: 's3:PutObject',
        Condition: { ArnNotEquals: { 'aws:PrincipalArn': role } },
      },
    ]);
  });

  it('no role of ours may update or delete entries of its table, and one role may put them', () => {
    const [tableId = ''] = Object.keys(resources('AWS::DynamoDB::Table')).filter((id) =>
      id.startsWith('TablesAudit'),
    );
    const policies = Object.entries(resources('AWS::IAM::ManagedPolicy'));
    const touching = policies.flatMap(([id, policy]) =>
      statements(policy)
        .filter(({ Resource }) => JSON.stringify(Resource).includes(`"${tableId}"`))
        .map(({ Action }) => [id.replace(/[0-9A-F]{8}$/, ''), Action]),
    );
    expect(touching).toEqual([
      ['AuditPolicy', ['dynamodb:BatchGetItem', 'dynamodb:PutItem', 'dynamodb:Query']],
    ]);
  });
});

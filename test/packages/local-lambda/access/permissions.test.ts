/** What decides about a call: roles, policies of resources, and keys. */
import { describe, expect, it } from 'vitest';
import { type Access, accessOf } from '../../../../packages/local-lambda/access/access.ts';
import { callerOf } from '../../../../packages/local-lambda/access/caller.ts';
import { type Asked, Permissions } from '../../../../packages/local-lambda/access/permissions.ts';
import type { Statement } from '../../../../packages/local-lambda/access/statements.ts';
import type { Template } from '../../../../packages/local-lambda/template/assembly.ts';

const ROLE = 'arn:aws:iam::000000000000:role/one';
const ROOT = 'arn:aws:iam::000000000000:root';
const KEY = 'arn:aws:kms:us-east-1:000000000000:key/k';
const FUNCTIONS = 'arn:aws:lambda:*:*:function:';
const CALLER = { roleId: 'AROAONE', session: 'reader' };

const said = (effect: Statement['effect'], actions: string, more: Partial<Statement> = {}) => ({
  effect,
  actions: [actions],
  resources: ['*'],
  conditions: {},
  ...more,
});

function isAllowed(
  asked: Asked,
  statements: readonly Statement[],
  more: Partial<Access> = {},
): boolean {
  const access: Access = {
    roles: { AROAONE: { name: 'one', arn: ROLE, statements } },
    onResources: {},
    keys: {},
    keyAttributes: {},
    ...more,
  };
  return new Permissions(access, () => {}).refusalOf(CALLER, asked) === undefined;
}

const accessTo = (Resources: Template['Resources']): Access =>
  accessOf({
    stackName: 'tiny',
    assets: new Map(),
    template: { Outputs: {}, Parameters: {}, Resources },
  });

const SEND = { action: 'sqs:SendMessage', resource: 'q' };

describe('the policy of a resource', () => {
  const on = (...statements: Statement[]) => ({ onResources: { q: statements } });
  const allowing = [said('Allow', 'sqs:*')];

  it.each<[string, Statement['principal'], boolean, boolean]>([
    ['everybody', '*', true, true],
    ['every principal of AWS', { AWS: ['*'] }, true, true],
    ['the role', { AWS: [ROLE] }, true, true],
    ['another role', { AWS: [`${ROLE}-2`] }, false, false],
    ['a service', { Service: ['sns.amazonaws.com'] }, false, false],
    // It lets the account's own policies allow, and denies to all its roles.
    ['the account', { AWS: [ROOT] }, false, true],
    ['the account by its number', { AWS: ['000000000000'] }, false, true],
  ])('that names %s', (_, principal, allows, denies) => {
    expect(
      isAllowed(SEND, [], on(said('Allow', 'sqs:SendMessage', { principal: principal ?? '*' }))),
    ).toBe(allows);
    expect(
      isAllowed(SEND, allowing, on(said('Deny', 'sqs:*', { principal: principal ?? '*' }))),
    ).toBe(!denies);
  });

  it('of a bucket is that of its objects', () => {
    const put = { action: 's3:PutObject', resource: 'b/k', within: 'b' };
    const denying = { onResources: { b: [said('Deny', 's3:*', { principal: '*' })] } };
    expect(isAllowed(put, [said('Allow', 's3:*')])).toBe(true);
    expect(isAllowed(put, [said('Allow', 's3:*')], denying)).toBe(false);
  });

  it.each<[string, Statement['conditions'], boolean]>([
    ['plain connections', { Bool: { 'aws:SecureTransport': ['false'] } }, false],
    ['connections by TLS', { Bool: { 'aws:SecureTransport': ['true'] } }, true],
    ['old TLS', { NumericLessThan: { 's3:TlsVersion': ['1.2'] } }, false],
    ['newer TLS than there is', { NumericLessThan: { 's3:TlsVersion': ['1.4'] } }, true],
    ['the function', { ArnLike: { 'lambda:SourceFunctionArn': [`${FUNCTIONS}reader`] } }, true],
    ['another function', { ArnLike: { 'lambda:SourceFunctionArn': [`${FUNCTIONS}other`] } }, false],
    ['what no service sends', { ArnNotLike: { 'aws:SourceArn': ['*'] } }, true],
  ])('that denies %s', (_, conditions, denies) => {
    const denying = on(said('Deny', 'sqs:*', { principal: '*', conditions }));
    expect(isAllowed(SEND, allowing, denying)).toBe(!denies);
  });
});

it('an action is compared without regard to case, a resource with it', () => {
  expect(isAllowed(SEND, [said('Allow', 'SQS:sendmessage')])).toBe(true);
  expect(isAllowed(SEND, [said('Allow', 'sqs:*', { resources: ['Q'] })])).toBe(false);
});

it('each role has its own statements, though another asked the same before', () => {
  const role = (statements: readonly Statement[]) => ({ name: 'r', arn: 'r', statements });
  const roles = { AROAONE: role([said('Allow', 'sqs:*')]), AROATWO: role([]) };
  const permissions = new Permissions(
    { roles, onResources: {}, keys: {}, keyAttributes: {} },
    () => {},
  );
  expect(permissions.refusalOf(CALLER, SEND)).toBeUndefined();
  expect(permissions.refusalOf({ ...CALLER, roleId: 'AROATWO' }, SEND)?.message).toContain('sqs:');
  expect(permissions.refusalOf(undefined, SEND)).toBeUndefined();
});

const ELSEWHERE = { StringEquals: { 'kms:ViaService': ['other.us-east-1.amazonaws.com'] } };
const toAccount = (more: Partial<Statement> = {}) =>
  said('Allow', 'kms:*', { principal: { AWS: [ROOT] }, ...more });

describe('a key', () => {
  it.each<[string, readonly string[]]>([
    ['sqs:SendMessage', ['GenerateDataKey', 'Decrypt']],
    ['sqs:ReceiveMessage', ['Decrypt']],
    ['sqs:DeleteMessage', []],
    ['sns:Publish', ['GenerateDataKey', 'Decrypt']],
    ['s3:PutObject', ['GenerateDataKey']],
    ['s3:GetObject', ['Decrypt']],
    ['s3:GetObjectVersion', ['Decrypt']],
    ['s3:ListBucket', []],
    ['secretsmanager:GetSecretValue', ['Decrypt']],
    ['dynamodb:PutItem', ['Decrypt']],
  ])('of what %s uses must allow %j', (action, uses) => {
    const [service = ''] = action.split(':');
    const asked = { action, resource: 'whole/part', within: 'whole' };
    const using = (some: readonly string[], via = service) =>
      some.map((use) =>
        said('Allow', `kms:${use}`, {
          resources: [KEY],
          conditions: { StringEquals: { 'kms:ViaService': [`${via}.us-east-1.amazonaws.com`] } },
        }),
      );
    const mayBy = (policy: Statement[], ...more: Statement[]) =>
      isAllowed(asked, [said('Allow', action), ...more], {
        keys: { whole: KEY },
        onResources: { [KEY]: policy },
      });
    const may = (...more: Statement[]) => mayBy([toAccount()], ...more);
    expect(may(...using(uses))).toBe(true);
    // The key's policy must leave it to those of the account, or allow it itself.
    const isFree = uses.length === 0;
    expect(mayBy([], ...using(uses))).toBe(isFree);
    expect(mayBy([toAccount({ actions: ['kms:Encrypt'] })], ...using(uses))).toBe(isFree);
    expect(mayBy([toAccount({ conditions: ELSEWHERE })], ...using(uses))).toBe(isFree);
    expect(mayBy([said('Allow', 'kms:*', { principal: { AWS: [ROLE] } })])).toBe(true);
    expect(may(...using(uses, 'other'))).toBe(uses.length === 0);
    for (const lacking of uses) {
      expect(may(...using(uses.filter((use) => use !== lacking))), lacking).toBe(false);
    }
  });
});

it('a caller is a role, by a header or a presigned URL', () => {
  const scope = '20260101/us-east-1/s3/aws4_request';
  const of = (authorization?: string, url?: string) =>
    callerOf({ headers: authorization === undefined ? {} : { authorization }, url });
  expect(of(`AWS4-HMAC-SHA256 Credential=AROAONE:reader/${scope}, X`)).toEqual(CALLER);
  const credential = encodeURIComponent(`AROAONE:reader/${scope}`);
  expect(of(undefined, `/b/k?X-Amz-Credential=${credential}`)).toEqual(CALLER);
  expect(of(undefined, `/%E0%A4?X-Amz-Credential=${credential}&x=%E0%A4`)).toEqual(CALLER);
  expect(of(undefined, '/b/k')).toBeUndefined();
  expect(of(undefined, '//?X-Amz-Credential=%')).toBeUndefined();
  expect(of(`AWS4-HMAC-SHA256 Credential=test/${scope}`)).toBeUndefined();
  expect(of(`AWS4-HMAC-SHA256 Credential=AIDAUSER/${scope}`)).toBeUndefined();
});

it('of a template: keys of buckets, tables, secrets and queues, and key attributes, the partition’s first', () => {
  const KeySchema = [
    { AttributeName: 'sk', KeyType: 'RANGE' },
    { AttributeName: 'pk', KeyType: 'HASH' },
  ];
  const key = { 'Fn::GetAtt': ['Key', 'Arn'] };
  const byDefault = { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: { Ref: 'Key' } };
  const access = accessTo({
    Key: { Type: 'AWS::KMS::Key', Properties: { KeyPolicy: { Statement: [] } } },
    Bucket: {
      Type: 'AWS::S3::Bucket',
      Properties: {
        BucketName: 'b',
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: byDefault }],
        },
      },
    },
    Table: {
      Type: 'AWS::DynamoDB::Table',
      Properties: { TableName: 't', KeySchema, SSESpecification: { KMSMasterKeyId: key } },
    },
    Secret: { Type: 'AWS::SecretsManager::Secret', Properties: { Name: 's', KmsKeyId: key } },
    Replicated: {
      Type: 'AWS::DynamoDB::GlobalTable',
      Properties: {
        TableName: 'g',
        KeySchema,
        Replicas: [{ Region: 'us-east-1', SSESpecification: { KMSMasterKeyId: key } }],
      },
    },
    Alias: {
      Type: 'AWS::KMS::Alias',
      Properties: { AliasName: 'alias/ours', TargetKeyId: key },
    },
    Named: {
      Type: 'AWS::SQS::Queue',
      Properties: { QueueName: 'named', KmsMasterKeyId: { Ref: 'Alias' } },
    },
    Queue: {
      Type: 'AWS::SQS::Queue',
      Properties: { QueueName: 'q', KmsMasterKeyId: 'alias/aws/sqs' },
    },
  });
  const ofKey = 'arn:aws:kms:us-east-1:000000000000:key/tiny-Key';
  const table = 'arn:aws:dynamodb:us-east-1:000000000000:table/t';
  const global = table.replace(/t$/, 'g');
  expect(access.keys).toEqual({
    'arn:aws:s3:::b': ofKey,
    [table]: ofKey,
    [global]: ofKey,
    'arn:aws:sqs:us-east-1:000000000000:named': ofKey,
    'arn:aws:secretsmanager:us-east-1:000000000000:secret:s': ofKey,
  });
  expect(access.keyAttributes).toEqual({ [table]: ['pk', 'sk'], [global]: ['pk', 'sk'] });
});

it('of a template: a key without a policy has that of KMS, and a table may have one', () => {
  const table = 'arn:aws:dynamodb:us-east-1:000000000000:table/t';
  const denying = { Effect: 'Deny', Action: 'dynamodb:*', Principal: '*' };
  const ResourcePolicy = { PolicyDocument: { Statement: [{ ...denying, Resource: table }] } };
  const { onResources } = accessTo({
    Key: { Type: 'AWS::KMS::Key', Properties: {} },
    Table: {
      Type: 'AWS::DynamoDB::Table',
      Properties: { TableName: 't', ResourcePolicy },
    },
    Replicated: {
      Type: 'AWS::DynamoDB::GlobalTable',
      Properties: { TableName: 'g', Replicas: [{ Region: 'us-east-1', ResourcePolicy }] },
    },
  });
  expect(onResources).toMatchObject({
    'arn:aws:kms:us-east-1:000000000000:key/tiny-Key': [
      { effect: 'Allow', actions: ['kms:*'], principal: { AWS: [ROOT] } },
    ],
    [table]: [{ effect: 'Deny', actions: ['dynamodb:*'], principal: '*' }],
    [table.replace(/t$/, 'g')]: [{ effect: 'Deny', actions: ['dynamodb:*'], principal: '*' }],
  });
});

/** A function's role is refused what its statements do not allow, in the words of each service. */
import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { GetEventSourceMappingCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PublishBatchCommand, PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import {
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Runtime, startRuntime } from '../../../../packages/local-lambda/runtime.ts';
import { mappingUuid, roleIdOf } from '../../../../packages/local-lambda/template/account.ts';
import { clientConfig } from '../support/queue-client.ts';
import { writeAssembly } from '../support/tiny-assembly.ts';

const at = (id: string, attribute = 'Arn') => ({ 'Fn::GetAtt': [id, attribute] });
const allow = (Action: string | string[], Resource: unknown, Condition?: object) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...(Condition && { Condition }),
});
const below = (id: string, path: string) => ({ 'Fn::Join': ['', [at(id), path]] });
const document = (...Statement: object[]) => ({ PolicyDocument: { Statement } });

const QUEUE = { Type: 'AWS::SQS::Queue' };
const key = at('Key');

const RESOURCES = {
  Own: { ...QUEUE, Properties: { QueueName: 'own' } },
  Other: { ...QUEUE, Properties: { QueueName: 'other' } },
  Sealed: { ...QUEUE, Properties: { QueueName: 'sealed', KmsMasterKeyId: key } },
  Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'topic' } },
  Closed: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'closed' } },
  ClosedPolicy: {
    Type: 'AWS::SNS::TopicPolicy',
    Properties: {
      Topics: [{ Ref: 'Closed' }],
      PolicyDocument: {
        Statement: {
          ...allow('sns:Publish', { Ref: 'Closed' }),
          Effect: 'Deny',
          Principal: { AWS: '*' },
          Condition: { ArnNotLike: { 'aws:PrincipalArn': ['arn:aws:iam::000000000000:role/x'] } },
        },
      },
    },
  },
  Items: {
    Type: 'AWS::DynamoDB::Table',
    Properties: {
      TableName: 'items',
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    },
  },
  SealedItems: {
    Type: 'AWS::DynamoDB::Table',
    Properties: {
      TableName: 'sealed-items',
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      SSESpecification: { SSEEnabled: true, KMSMasterKeyId: key },
    },
  },
  Bodies: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'bodies' } },
  Secret: { Type: 'AWS::SecretsManager::Secret', Properties: { Name: 's', SecretString: 'x' } },
  Hidden: { Type: 'AWS::SecretsManager::Secret', Properties: { Name: 'h', SecretString: 'x' } },
  Key: {
    Type: 'AWS::KMS::Key',
    Properties: {
      KeyPolicy: {
        Statement: [
          {
            ...allow('kms:*', '*'),
            Principal: { AWS: 'arn:aws:iam::000000000000:root' },
          },
        ],
      },
    },
  },
  Policy: {
    Type: 'AWS::IAM::Policy',
    Properties: {
      Roles: [{ Ref: 'Role' }],
      ...document(
        allow(['sqs:Receive*', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], at('Own')),
        allow('sqs:SendMessage', [at('Own'), at('Sealed')]),
        allow('sns:Publish', [{ Ref: 'Topic' }, { Ref: 'Closed' }]),
        allow(['kms:Decrypt'], key, {
          StringEquals: { 'kms:ViaService': 'dynamodb.us-east-1.amazonaws.com' },
        }),
      ),
    },
  },
  Managed: {
    Type: 'AWS::IAM::ManagedPolicy',
    Properties: document(
      allow(['dynamodb:PutItem', 'dynamodb:BatchWriteItem'], at('Items'), {
        'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['a-*'] },
      }),
      allow('dynamodb:UpdateItem', at('Items'), {
        'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['pk', 'n'] },
        StringEqualsIfExists: { 'dynamodb:ReturnValues': 'NONE' },
      }),
      allow('dynamodb:GetItem', at('SealedItems')),
      allow('dynamodb:BatchGetItem', at('Items')),
    ),
  },
  Role: {
    Type: 'AWS::IAM::Role',
    Properties: {
      ManagedPolicyArns: [
        { Ref: 'Managed' },
        {
          'Fn::Sub': `arn:\${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole`,
        },
      ],
      Policies: [
        {
          PolicyName: 'inline',
          ...document(
            allow(
              ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
              [below('Bodies', '/in/*'), below('Bodies', '/out/*')],
            ),
            { ...allow('s3:PutObject', below('Bodies', '/out/kept*')), Effect: 'Deny' },
            allow('s3:ListBucket', at('Bodies'), { StringLike: { 's3:prefix': 'in/*' } }),
            allow('secretsmanager:GetSecretValue', { Ref: 'Secret' }),
            allow('lambda:GetEventSourceMapping', {
              'Fn::Sub': `arn:aws:lambda:\${AWS::Region}:\${AWS::AccountId}:event-source-mapping:\${Mapping}`,
            }),
          ),
        },
      ],
    },
  },
  Function: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      FunctionName: 'reader',
      Handler: 'handler.handler',
      Code: { S3Key: 'reader.zip' },
      Role: at('Role'),
    },
  },
  Mapping: {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: { EventSourceArn: at('Own'), FunctionName: { Ref: 'Function' }, Enabled: false },
  },
};

const ROLE = 'tiny-Role';

const told: string[] = [];
let runtime: Runtime;
let dispose: () => Promise<void>;
let asRole: ReturnType<typeof clientsAs>;
let asAccount: ReturnType<typeof clientsAs>;

function clientsAs(accessKeyId: string) {
  const shared = clientConfig(runtime);
  const config = {
    ...shared,
    credentials: { ...shared.credentials, accessKeyId },
    maxAttempts: 1,
    forcePathStyle: true,
  };
  return {
    sqs: new SQSClient(config),
    sns: new SNSClient(config),
    s3: new S3Client(config),
    dynamodb: new DynamoDBClient(config),
    lambda: new LambdaClient(config),
    secrets: new SecretsManagerClient(config),
  };
}

beforeAll(async () => {
  const assembly = await writeAssembly({
    resources: RESOURCES,
    handlers: { reader: 'export const handler = () => {};' },
  });
  dispose = assembly.dispose;
  runtime = await startRuntime({
    assembly: assembly.directory,
    environmentsMax: 1,
    log: (line) => told.push(line),
  });
  asRole = clientsAs(`${roleIdOf(ROLE)}:reader`);
  asAccount = clientsAs('test');
});

afterAll(async () => {
  for (const clients of [asRole, asAccount]) {
    for (const client of Object.values(clients)) client.destroy();
  }
  await runtime.stop();
  await dispose();
});

const queue = (name: string) => runtime.queueUrl(name);
const topic = (name: string) => `arn:aws:sns:us-east-1:000000000000:${name}`;
const put = (Key: string) => new PutObjectCommand({ Bucket: 'bodies', Key, Body: 'x' });
const get = (Key: string) => new GetObjectCommand({ Bucket: 'bodies', Key });
const item = (pk: string) => ({ pk: { S: pk } });
const secretArn = (name: string) => `arn:aws:secretsmanager:us-east-1:000000000000:secret:${name}`;

describe('a role', () => {
  it('may do what its statements allow', async () => {
    const { sqs, sns, s3, dynamodb, lambda, secrets } = asRole;
    const Entries = [{ Id: '1', MessageBody: 'x' }];
    await sqs.send(new SendMessageCommand({ QueueUrl: queue('own'), MessageBody: 'x' }));
    await sqs.send(new SendMessageBatchCommand({ QueueUrl: queue('own'), Entries }));
    const received = await sqs.send(new ReceiveMessageCommand({ QueueUrl: queue('own') }));
    expect(received.Messages).toHaveLength(1);
    await sns.send(new PublishCommand({ TopicArn: topic('topic'), Message: 'x' }));
    await sns.send(
      new PublishBatchCommand({
        TopicArn: topic('topic'),
        PublishBatchRequestEntries: [{ Id: '1', Message: 'x' }],
      }),
    );
    await s3.send(put('in/a'));
    expect(await (await s3.send(get('in/a'))).Body?.transformToString()).toBe('x');
    const listed = await s3.send(new ListObjectsV2Command({ Bucket: 'bodies', Prefix: 'in/' }));
    expect(listed.KeyCount).toBe(1);
    await dynamodb.send(new PutItemCommand({ TableName: 'items', Item: item('a-1') }));
    await dynamodb.send(
      new UpdateItemCommand({
        TableName: 'items',
        Key: item('a-1'),
        UpdateExpression: 'SET n = :n',
        ExpressionAttributeValues: { ':n': { N: '1' } },
      }),
    );
    // A batch needs no permission for what is in it.
    const RequestItems = { items: [{ PutRequest: { Item: item('a-3') } }] };
    await dynamodb.send(new BatchWriteItemCommand({ RequestItems }));
    const { Responses } = await dynamodb.send(
      new BatchGetItemCommand({ RequestItems: { items: { Keys: [item('a-3')] } } }),
    );
    expect(Responses?.['items']).toHaveLength(1);
    const UUID = mappingUuid('tiny-Mapping');
    const mapping = await lambda.send(new GetEventSourceMappingCommand({ UUID }));
    expect(mapping.UUID).toBe(UUID);
    const secret = await secrets.send(new GetSecretValueCommand({ SecretId: secretArn('s') }));
    expect(secret.SecretString).toBe('x');
    const byName = await secrets.send(new GetSecretValueCommand({ SecretId: 's' }));
    expect(byName.SecretString).toBe('x');
    await dynamodb.send(new GetItemCommand({ TableName: 'sealed-items', Key: item('a') }));
  });

  type Call = () => Promise<unknown>;
  it.each<[string, string, number, string | undefined, Call]>([
    [
      'a message to another queue',
      'AccessDenied',
      403,
      'sqs:SendMessage on resource: arn:aws:sqs:us-east-1:000000000000:other',
      () => asRole.sqs.send(new SendMessageCommand({ QueueUrl: queue('other'), MessageBody: 'x' })),
    ],
    [
      'a message to a queue whose key it may not use',
      'KmsAccessDenied',
      400,
      'kms:GenerateDataKey on resource: arn:aws:kms:us-east-1:000000000000:key/tiny-Key',
      () =>
        asRole.sqs.send(new SendMessageCommand({ QueueUrl: queue('sealed'), MessageBody: 'x' })),
    ],
    [
      'a queue by its name',
      'AccessDenied',
      403,
      'sqs:GetQueueUrl',
      () => asRole.sqs.send(new GetQueueUrlCommand({ QueueName: 'own' })),
    ],
    [
      'a publication that the topic denies',
      'AuthorizationErrorException',
      403,
      'explicit deny in a resource-based policy',
      () => asRole.sns.send(new PublishCommand({ TopicArn: topic('closed'), Message: 'x' })),
    ],
    [
      'an object beside its prefixes',
      'AccessDenied',
      403,
      's3:PutObject on resource: arn:aws:s3:::bodies/elsewhere/a',
      () => asRole.s3.send(put('elsewhere/a')),
    ],
    [
      'an object that its own policy denies',
      'AccessDenied',
      403,
      'explicit deny in an identity-based policy',
      () => asRole.s3.send(put('out/kept-1')),
    ],
    [
      'an absent object where it may not list',
      'AccessDenied',
      403,
      's3:ListBucket',
      () => asRole.s3.send(get('out/absent')),
    ],
    [
      'an absent object, as absent, where it may list',
      'NoSuchKey',
      404,
      undefined,
      () => asRole.s3.send(get('in/absent')),
    ],
    [
      'a look at an absent object',
      'Unknown',
      403,
      undefined,
      () => asRole.s3.send(new HeadObjectCommand({ Bucket: 'bodies', Key: 'out/absent' })),
    ],
    [
      'a list without a prefix',
      'AccessDenied',
      403,
      's3:ListBucket',
      () => asRole.s3.send(new ListObjectsV2Command({ Bucket: 'bodies' })),
    ],
    [
      'an item of another key',
      'AccessDeniedException',
      400,
      'dynamodb:PutItem on resource: arn:aws:dynamodb:us-east-1:000000000000:table/items',
      () => asRole.dynamodb.send(new PutItemCommand({ TableName: 'items', Item: item('b-1') })),
    ],
    [
      'a batch with one item of another key',
      'AccessDeniedException',
      400,
      'dynamodb:BatchWriteItem',
      () =>
        asRole.dynamodb.send(
          new BatchWriteItemCommand({
            RequestItems: {
              items: [
                { PutRequest: { Item: item('a-2') } },
                { DeleteRequest: { Key: item('b-1') } },
              ],
            },
          }),
        ),
    ],
    [
      'an update that returns the item',
      'AccessDeniedException',
      400,
      'dynamodb:UpdateItem',
      () =>
        asRole.dynamodb.send(
          new UpdateItemCommand({ TableName: 'items', Key: item('a-1'), ReturnValues: 'ALL_NEW' }),
        ),
    ],
    [
      'an update of another attribute',
      'AccessDeniedException',
      400,
      'dynamodb:UpdateItem',
      () =>
        asRole.dynamodb.send(
          new UpdateItemCommand({
            TableName: 'items',
            Key: item('a-1'),
            UpdateExpression: 'REMOVE m',
          }),
        ),
    ],
    [
      'a query',
      'AccessDeniedException',
      400,
      'dynamodb:Query',
      () =>
        asRole.dynamodb.send(
          new QueryCommand({
            TableName: 'items',
            KeyConditionExpression: 'pk = :p',
            ExpressionAttributeValues: { ':p': { S: 'a-1' } },
          }),
        ),
    ],
    [
      'an invocation',
      'AccessDeniedException',
      403,
      'lambda:InvokeFunction on resource: arn:aws:lambda:us-east-1:000000000000:function:reader',
      () => asRole.lambda.send(new InvokeCommand({ FunctionName: 'reader' })),
    ],
    [
      'another secret',
      'AccessDeniedException',
      400,
      'secretsmanager:GetSecretValue',
      () => asRole.secrets.send(new GetSecretValueCommand({ SecretId: secretArn('h') })),
    ],
  ])('is refused %s', async (_, name, httpStatusCode, message, call) => {
    const error = await call().catch((why: unknown) => why);
    expect(error).toMatchObject({ name, $metadata: { httpStatusCode } });
    if (message !== undefined) expect(String(error)).toContain(message);
  });
});

it('of many objects that a role deletes, those that it may not stay, and are told by 200', async () => {
  const Keys = ['in/gone', 'elsewhere/<a>', 'out/gone'];
  for (const Key of Keys) await asAccount.s3.send(put(Key));
  const Delete = { Objects: Keys.map((Key) => ({ Key })) };
  const { Deleted, Errors } = await asRole.s3.send(
    new DeleteObjectsCommand({ Bucket: 'bodies', Delete }),
  );
  expect(Deleted?.map(({ Key }) => Key)).toEqual(['in/gone', 'out/gone']);
  expect(Errors).toEqual([
    {
      Key: 'elsewhere/<a>',
      Code: 'AccessDenied',
      Message: expect.stringContaining(
        's3:DeleteObject on resource: arn:aws:s3:::bodies/elsewhere',
      ),
    },
  ]);
  await asAccount.s3.send(get('elsewhere/<a>'));
  await expect(asAccount.s3.send(get('in/gone'))).rejects.toThrow();
});

it('anybody else is not checked', async () => {
  const message = { QueueUrl: queue('other'), MessageBody: 'x' };
  await asAccount.sqs.send(new SendMessageCommand(message));
  const stranger = clientsAs(`${roleIdOf('another-role')}:session`);
  await stranger.sqs.send(new SendMessageCommand(message));
  for (const client of Object.values(stranger)) client.destroy();
  expect(runtime.functions).toEqual(['reader']);
});

it('R08: what a function is refused is told once, without the keys of objects and items', async () => {
  const own = 'the role of reader does not allow';
  const of = (action: string) => told.filter((line) => line.startsWith(`${own} ${action} `));
  for (let times = 0; times < 2; times++) {
    await expect(asRole.s3.send(put('secret/patient'))).rejects.toThrow('patient');
    await expect(
      asRole.dynamodb.send(new DeleteItemCommand({ TableName: 'items', Key: item('patient') })),
    ).rejects.toThrow('DeleteItem');
    await expect(asRole.lambda.send(new InvokeCommand({ FunctionName: 'reader' }))).rejects.toThrow(
      'InvokeFunction',
    );
  }
  const table = 'arn:aws:dynamodb:us-east-1:000000000000:table/items';
  await expect
    .poll(() => of('dynamodb:DeleteItem'))
    .toEqual([`${own} dynamodb:DeleteItem on ${table}`]);
  expect(of('s3:PutObject')).toEqual([`${own} s3:PutObject on arn:aws:s3:::bodies`]);
  expect(of('lambda:InvokeFunction')).toHaveLength(1);
  await expect(
    asRole.sqs.send(new SendMessageCommand({ QueueUrl: queue('sealed'), MessageBody: 'x' })),
  ).rejects.toThrow('kms:GenerateDataKey');
  await expect
    .poll(() => of('sqs:SendMessage'))
    .toContainEqual(expect.stringContaining('sealed, whose key it may not use'));
});

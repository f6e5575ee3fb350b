/** Templates that AWS would refuse, or deploy so that events are dropped, and policies that cannot be checked. */
import { describe, expect, it } from 'vitest';
import { accessOf } from '../../../../packages/local-lambda/access/access.ts';
import { checkDeployment } from '../../../../packages/local-lambda/access/deployment.ts';
import type { Assembly } from '../../../../packages/local-lambda/template/assembly.ts';
import { planOf } from '../../../../packages/local-lambda/template/plan.ts';

/** A variable of IAM. */
const USER = `\${aws:userid}/*`;

type Resources = Readonly<Record<string, { readonly Type: string; readonly Properties?: object }>>;

const at = (id: string, attribute = 'Arn') => ({ 'Fn::GetAtt': [id, attribute] });
const QUEUE = 'arn:aws:sqs:us-east-1:000000000000:queue';
const ROOT = 'arn:aws:iam::000000000000:root';
const KEY = 'arn:aws:kms:us-east-1:000000000000:key/tiny-Key';

const role = (...Statement: object[]) => ({
  Type: 'AWS::IAM::Role',
  Properties: { Policies: [{ PolicyDocument: { Statement } }] },
});
const may = (
  Action: string | string[],
  Resource: unknown = at('Queue'),
  Condition: object = {},
) => ({
  Effect: 'Allow',
  Action,
  Resource,
  Condition,
});
const lambda = (properties: object = {}) => ({
  Type: 'AWS::Lambda::Function',
  Properties: {
    FunctionName: 'reader',
    Handler: 'handler.handler',
    Code: { S3Key: 'code' },
    Role: at('Role'),
    ...properties,
  },
});
const QUEUES: Resources = {
  Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'queue' } },
};
const SEALED: Resources = {
  Queue: {
    Type: 'AWS::SQS::Queue',
    Properties: { QueueName: 'queue', KmsMasterKeyId: at('Key') },
  },
};
const key = (...Statement: object[]) => ({
  Type: 'AWS::KMS::Key',
  Properties: { KeyPolicy: { Statement } },
});
const queuePolicy = (...Statement: object[]) => ({
  Type: 'AWS::SQS::QueuePolicy',
  Properties: { Queues: [{ Ref: 'Queue' }], PolicyDocument: { Statement } },
});

function deploy(resources: Resources): void {
  const Resources = Object.fromEntries(
    Object.entries(resources).map(([id, { Type, Properties = {} }]) => [
      id,
      { Type, Properties: { ...Properties } },
    ]),
  );
  const assembly: Assembly = {
    stackName: 'tiny',
    template: { Resources, Outputs: {}, Parameters: {} },
    assets: new Map([['code', '/nowhere']]),
  };
  checkDeployment(accessOf(assembly), planOf(assembly, 'http://queues'));
}

describe('a mapping', () => {
  const mapping = {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: { EventSourceArn: at('Queue'), FunctionName: { Ref: 'Function' } },
  };
  const READ = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];
  const stack = (...statements: object[]) => ({
    ...QUEUES,
    Function: lambda(),
    Mapping: mapping,
    Role: role(...statements),
  });

  it('is taken if the role may read the queue', () => {
    deploy(stack(may(READ)));
    deploy(stack(may('sqs:*', '*')));
    deploy(stack(may('SQS:receive?essage', '*'), may(READ.slice(1), `${QUEUE}*`)));
  });

  it.each(READ)('is refused if the role lacks %s', (lacking) => {
    const others = READ.filter((action) => action !== lacking);
    expect(() => deploy(stack(may(others)))).toThrow(
      `is not authorized to perform: ${lacking} on resource: ${QUEUE}`,
    );
  });

  it('is refused if the statement is of another queue', () => {
    expect(() => deploy(stack(may(READ, `${QUEUE}-2`)))).toThrow(READ[0]);
  });

  it('is refused if the role may not use the queue’s key', () => {
    const Key = key({ ...may('kms:*', '*'), Principal: { AWS: ROOT } });
    const sealed = { ...stack(may(READ)), ...SEALED, Key };
    expect(() => deploy(sealed)).toThrow(`kms:Decrypt on resource: ${KEY}`);
    const via = (service: string) =>
      may('kms:Decrypt', at('Key'), {
        StringEquals: { 'kms:ViaService': `${service}.us-east-1.amazonaws.com` },
      });
    deploy({ ...sealed, Role: role(may(READ), via('sqs')) });
    expect(() => deploy({ ...sealed, Role: role(may(READ), via('s3')) })).toThrow('kms:Decrypt');
  });

  it('is not checked without a role of the stack', () => {
    deploy({ ...stack(), Function: lambda({ Role: 'arn:aws:iam::000000000000:role/imported' }) });
  });
});

it('a dead-letter target is refused if the role may not send there', () => {
  const sending = lambda({ DeadLetterConfig: { TargetArn: at('Queue') } });
  deploy({ ...QUEUES, Function: sending, Role: role(may('sqs:SendMessage')) });
  expect(() =>
    deploy({ ...QUEUES, Function: sending, Role: role(may('sqs:SendMessages')) }),
  ).toThrow('sqs:SendMessage');
});

describe('a queue that a service sends to', () => {
  const TOPIC = 'arn:aws:sns:us-east-1:000000000000:tiny-Topic';
  const stack = {
    Topic: { Type: 'AWS::SNS::Topic' },
    Subscription: {
      Type: 'AWS::SNS::Subscription',
      Properties: { TopicArn: { Ref: 'Topic' }, Protocol: 'sqs', Endpoint: at('Queue') },
    },
  };
  const from = (Service: string, source: string) => ({
    ...may('sqs:SendMessage', at('Queue'), { ArnEquals: { 'aws:SourceArn': source } }),
    Principal: { Service },
  });
  const sns = from('sns.amazonaws.com', TOPIC);
  const alsoOthers = { ...sns, Principal: { AWS: '*', Service: 'events.amazonaws.com' } };

  it('must let a topic send', () => {
    deploy({ ...QUEUES, ...stack, Policy: queuePolicy(sns) });
    const lacking = `sns.amazonaws.com may not sqs:SendMessage on ${QUEUE} for ${TOPIC}`;
    expect(() => deploy({ ...QUEUES, ...stack })).toThrow(lacking);
    deploy({ ...QUEUES, ...stack, Policy: queuePolicy(alsoOthers) });
    const another = queuePolicy(from('sns.amazonaws.com', `${TOPIC}-2`));
    expect(() => deploy({ ...QUEUES, ...stack, Policy: another })).toThrow(lacking);
    const denying = queuePolicy(sns, { ...sns, Effect: 'Deny', Principal: '*' });
    expect(() => deploy({ ...QUEUES, ...stack, Policy: denying })).toThrow(lacking);
  });

  it('must let a topic use its key', () => {
    const sealed = { ...SEALED, ...stack, Policy: queuePolicy(sns) };
    const uses = may(['kms:GenerateDataKey*', 'kms:Decrypt'], '*');
    const Principal = { Service: 'sns.amazonaws.com' };
    deploy({ ...sealed, Key: key({ ...uses, Principal }) });
    expect(() => deploy({ ...sealed, Key: key() })).toThrow(`kms:GenerateDataKey on ${KEY}`);
    const reading = { ...uses, Action: 'kms:Decrypt', Principal };
    expect(() => deploy({ ...sealed, Key: key(reading) })).toThrow(`kms:GenerateDataKey on ${KEY}`);
  });

  it('must let a rule send', () => {
    const Rule = {
      Type: 'AWS::Events::Rule',
      Properties: {
        Name: 'minute',
        ScheduleExpression: 'rate(1 minute)',
        Targets: [{ Arn: at('Queue') }],
      },
    };
    const rule = 'arn:aws:events:us-east-1:000000000000:rule/minute';
    deploy({ ...QUEUES, Rule, Policy: queuePolicy(from('events.amazonaws.com', rule)) });
    expect(() => deploy({ ...QUEUES, Rule, Policy: queuePolicy(sns) })).toThrow(
      `events.amazonaws.com may not sqs:SendMessage on ${QUEUE} for ${rule}`,
    );
  });
});

it('a function must let a log group’s subscription invoke it', () => {
  const stack = {
    Role: role(),
    Function: lambda(),
    Logs: {
      Type: 'AWS::Logs::SubscriptionFilter',
      Properties: { LogGroupName: 'group', FilterPattern: '', DestinationArn: at('Function') },
    },
  };
  const permission = (Principal: string) => ({
    Type: 'AWS::Lambda::Permission',
    Properties: {
      Action: 'lambda:InvokeFunction',
      FunctionName: at('Function'),
      Principal,
      SourceArn: 'arn:aws:logs:us-east-1:000000000000:log-group:group:*',
    },
  });
  deploy({ ...stack, Permission: permission('logs.amazonaws.com') });
  const ofAnother = permission('logs.amazonaws.com');
  ofAnother.Properties.SourceArn = 'arn:aws:logs:us-east-1:000000000000:log-group:other:*';
  expect(() => deploy({ ...stack, Permission: ofAnother })).toThrow('lambda:InvokeFunction');
  for (const Permission of [{}, { Permission: permission('events.amazonaws.com') }]) {
    expect(() => deploy({ ...stack, ...Permission })).toThrow('lambda:InvokeFunction');
  }
});

describe('a policy of a function’s role that cannot be checked', () => {
  const withRole = (Role: Resources[string]) => ({ ...QUEUES, Function: lambda(), Role });

  it.each([
    [
      'NotAction',
      { Effect: 'Allow', NotAction: 'sqs:*', Resource: '*' },
      'Role: the local runtime cannot check this policy: ✖ Unrecognized key: "NotAction"',
    ],
    ['a variable', { ...may('s3:*', `arn:aws:s3:::b/${USER}`), Effect: 'Deny' }, USER],
    ['an operator', may('sqs:*', '*', { IpAddress: { 'aws:SourceIp': '::' } }), 'IpAddress'],
    ['a key', may('sqs:*', '*', { StringEquals: { 'aws:SourceVpc': 'v' } }), 'aws:SourceVpc'],
  ])('stops the start: %s', (_, statement, said) => {
    expect(() => deploy(withRole(role(statement)))).toThrow(said);
  });

  it('stops the start: a policy of AWS that is not known, or a boundary', () => {
    const ManagedPolicyArns = ['arn:aws:iam::aws:policy/AdministratorAccess'];
    const managed = { Type: 'AWS::IAM::Role', Properties: { ManagedPolicyArns } };
    expect(() => deploy(withRole(managed))).toThrow('AdministratorAccess');
    const bounded = { Type: 'AWS::IAM::Role', Properties: { PermissionsBoundary: 'arn' } };
    expect(() => deploy(withRole(bounded))).toThrow('PermissionsBoundary');
  });

  it('is no condition whose key is written in another case', () => {
    deploy(withRole(role(may('sqs:*', '*', { Bool: { 'AWS:securetransport': true } }))));
  });

  it('matters to no role that no function has', () => {
    deploy({ ...QUEUES, Role: role({ Effect: 'Allow', NotAction: 'x' }) });
  });

  it('stops the start: the policy of a queue', () => {
    const everybody = { Principal: { AWS: '*' } };
    const byIp = may('sqs:*', '*', { IpAddress: { 'aws:SourceIp': '::' } });
    expect(() => deploy({ ...QUEUES, Policy: queuePolicy({ ...byIp, ...everybody }) })).toThrow(
      'IpAddress',
    );
    deploy({ ...QUEUES, Policy: queuePolicy({ ...byIp, Principal: { Service: 's3' } }) });
  });
});

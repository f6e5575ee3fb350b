import { ACCOUNT, arn, mappingUuid, roleIdOf } from './account.ts';

/** The values of Ref and Fn::GetAtt for a resource, given its physical name. */
type Identity = {
  nameProperty?: string;
  ref(name: string, endpoint: string): string;
  attributes: Record<string, (name: string, endpoint: string) => string>;
};

function named(nameProperty: string, toArn: (name: string) => string): Identity {
  return { nameProperty, ref: (name) => name, attributes: { Arn: toArn } };
}

const table = named('TableName', (name) => arn('dynamodb', `table/${name}`));
const queueUrl = (name: string, endpoint: string) => `${endpoint}/${ACCOUNT.id}/${name}`;

/** The supported types. `endpoint` is the URL of SQS. */
const IMITATED: Record<string, Identity> = {
  'AWS::SQS::Queue': {
    nameProperty: 'QueueName',
    ref: queueUrl,
    attributes: {
      Arn: (name) => arn('sqs', name),
      QueueName: (name) => name,
      QueueUrl: queueUrl,
    },
  },
  'AWS::SNS::Topic': {
    nameProperty: 'TopicName',
    ref: (name) => arn('sns', name),
    attributes: { TopicArn: (name) => arn('sns', name), TopicName: (name) => name },
  },
  'AWS::DynamoDB::Table': table,
  'AWS::DynamoDB::GlobalTable': table,
  'AWS::S3::Bucket': named('BucketName', (name) => `arn:${ACCOUNT.partition}:s3:::${name}`),
  'AWS::SecretsManager::Secret': {
    nameProperty: 'Name',
    ref: (name) => arn('secretsmanager', `secret:${name}`),
    attributes: { Id: (name) => arn('secretsmanager', `secret:${name}`) },
  },
  'AWS::Lambda::Function': named('FunctionName', (name) => arn('lambda', `function:${name}`)),
  'AWS::Events::Rule': named('Name', (name) => arn('events', `rule/${name}`)),
  'AWS::Logs::SubscriptionFilter': named('FilterName', (name) => name),
  'AWS::SNS::Subscription': named('', (name) => arn('sns', name)),
  'AWS::Lambda::EventSourceMapping': {
    ref: mappingUuid,
    attributes: {
      Id: mappingUuid,
      EventSourceMappingArn: (name) => arn('lambda', `event-source-mapping:${mappingUuid(name)}`),
    },
  },
};

/**
 * Types that are not created: permissions and keys, which are checked (access/), logs, alarms, and what CDK adds for deployments.
 * The list is explicit, so that a new type in the template is noticed.
 */
const WITHOUT_LOCAL_EFFECT: Record<string, Identity> = {
  'AWS::IAM::Role': {
    nameProperty: 'RoleName',
    ref: (name) => name,
    attributes: { Arn: (name) => `arn:aws:iam::${ACCOUNT.id}:role/${name}`, RoleId: roleIdOf },
  },
  'AWS::IAM::Policy': named('', (name) => name),
  'AWS::IAM::ManagedPolicy': named('', (name) => name),
  'AWS::KMS::Key': named('', (name) => arn('kms', `key/${name}`)),
  'AWS::KMS::Alias': named('AliasName', (name) => arn('kms', name)),
  'AWS::Logs::LogGroup': named('LogGroupName', (name) => arn('logs', `log-group:${name}:*`)),
  'AWS::Logs::MetricFilter': named('', (name) => name),
  'AWS::CloudWatch::Alarm': named('AlarmName', (name) => arn('cloudwatch', `alarm:${name}`)),
  'AWS::CloudWatch::CompositeAlarm': named('AlarmName', (name) =>
    arn('cloudwatch', `alarm:${name}`),
  ),
  'AWS::CloudWatch::Dashboard': named('DashboardName', (name) => name),
  'AWS::Lambda::Permission': named('', (name) => name),
  'AWS::SQS::QueuePolicy': named('', (name) => name),
  'AWS::SNS::TopicPolicy': named('', (name) => name),
  'AWS::S3::BucketPolicy': named('', (name) => name),
  // Functions are in no network here.
  'AWS::EC2::SecurityGroup': {
    ref: (name) => name,
    attributes: { GroupId: (name) => name },
  },
  'AWS::EC2::SecurityGroupIngress': named('', (name) => name),
  'AWS::EC2::VPCEndpoint': named('', (name) => name),
  'AWS::Glue::Database': named('', (name) => name),
  'AWS::Glue::Table': named('', (name) => name),
  'AWS::CDK::Metadata': named('', (name) => name),
  'Custom::EmptyBucket': named('', (name) => name),
};

/** The identity of a type. Undefined if the runtime does not know it. */
export function identityOf(type: string): Identity | undefined {
  return IMITATED[type] ?? WITHOUT_LOCAL_EFFECT[type];
}

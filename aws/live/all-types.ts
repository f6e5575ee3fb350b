/** Every resource type that is compared, and what names its resources. */
import { ALARM, COMPOSITE, DASHBOARD } from './cloudwatch.ts';
import { TABLE } from './dynamodb.ts';
import { RULE } from './events.ts';
import { DATABASE, GLUE_TABLE } from './glue.ts';
import { MANAGED_POLICY, ROLE } from './iam.ts';
import { ALIAS, KEY } from './kms.ts';
import { EVENT_SOURCE_MAPPING, FUNCTION, PERMISSION } from './lambda.ts';
import type { LiveProperties } from './live-property.ts';
import { LOG_GROUP, SUBSCRIPTION_FILTER } from './logs.ts';
import { BUCKET, BUCKET_POLICY } from './s3.ts';
import { SECRET } from './secrets.ts';
import { SUBSCRIPTION, TOPIC, TOPIC_POLICY } from './sns.ts';
import { QUEUE, QUEUE_POLICY } from './sqs.ts';

export interface LiveType {
  readonly properties: LiveProperties;
  /** The property that names the resource, if its physical id does not. Mostly for policies. */
  readonly namedBy?: string;
}

export const LIVE_TYPES: Readonly<Record<string, LiveType>> = {
  'AWS::CloudWatch::Alarm': { properties: ALARM },
  'AWS::CloudWatch::CompositeAlarm': { properties: COMPOSITE },
  'AWS::CloudWatch::Dashboard': { properties: DASHBOARD },
  'AWS::DynamoDB::Table': { properties: TABLE },
  'AWS::Events::Rule': { properties: RULE },
  'AWS::Glue::Database': { properties: DATABASE },
  'AWS::Glue::Table': { properties: GLUE_TABLE, namedBy: 'DatabaseName' },
  'AWS::IAM::ManagedPolicy': { properties: MANAGED_POLICY },
  'AWS::IAM::Role': { properties: ROLE },
  'AWS::KMS::Alias': { properties: ALIAS, namedBy: 'AliasName' },
  'AWS::KMS::Key': { properties: KEY },
  'AWS::Lambda::EventSourceMapping': { properties: EVENT_SOURCE_MAPPING },
  'AWS::Lambda::Function': { properties: FUNCTION },
  'AWS::Lambda::Permission': { properties: PERMISSION, namedBy: 'FunctionName' },
  'AWS::Logs::LogGroup': { properties: LOG_GROUP },
  'AWS::Logs::SubscriptionFilter': { properties: SUBSCRIPTION_FILTER, namedBy: 'LogGroupName' },
  'AWS::S3::Bucket': { properties: BUCKET },
  'AWS::S3::BucketPolicy': { properties: BUCKET_POLICY, namedBy: 'Bucket' },
  'AWS::SecretsManager::Secret': { properties: SECRET },
  'AWS::SNS::Subscription': { properties: SUBSCRIPTION },
  'AWS::SNS::Topic': { properties: TOPIC },
  'AWS::SNS::TopicPolicy': { properties: TOPIC_POLICY, namedBy: 'Topics' },
  'AWS::SQS::Queue': { properties: QUEUE },
  'AWS::SQS::QueuePolicy': { properties: QUEUE_POLICY, namedBy: 'Queues' },
};

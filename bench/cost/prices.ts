/**
 * What AWS charges, in USD, without free tiers, discounts and data transfer. Region us-east-1, as published
 * on the pages below; they are not read at run time. Change them here when they change.
 */
export const PRICES_AS_OF = '2026-11-24';

export interface Price {
  readonly service: string;
  readonly usd: number;
  readonly per: string;
  readonly source: string;
}

const SQS = 'https://aws.amazon.com/sqs/pricing/';
const LAMBDA = 'https://aws.amazon.com/lambda/pricing/';
const DYNAMODB = 'https://aws.amazon.com/dynamodb/pricing/on-demand/';
const SNS = 'https://aws.amazon.com/sns/pricing/';
const S3 = 'https://aws.amazon.com/s3/pricing/';
const CLOUDWATCH = 'https://aws.amazon.com/cloudwatch/pricing/';
const KMS = 'https://aws.amazon.com/kms/pricing/';
const CLOUDTRAIL = 'https://aws.amazon.com/cloudtrail/pricing/';
const PRIVATELINK = 'https://aws.amazon.com/privatelink/pricing/';
const SECRETS = 'https://aws.amazon.com/secrets-manager/pricing/';

const million = (usd: number) => usd / 1_000_000;
const price = (service: string, usd: number, per: string, source: string): Price => ({
  service,
  usd,
  per,
  source,
});

export const PRICES = {
  sqsRequests: price('SQS', million(0.4), 'request, each 64 KB of its payload', SQS),
  sqsFairRequests: price('SQS', million(0.5), 'request of a fair queue, each 64 KB', SQS),
  sqsFifoRequests: price('SQS', million(0.5), 'request, each 64 KB of its payload', SQS),
  lambdaRequests: price('Lambda', million(0.2), 'invocation', LAMBDA),
  lambdaGbSeconds: price('Lambda', 0.000_013_333_4, 'GB-second on arm64', LAMBDA),
  dynamoWriteUnits: price('DynamoDB', million(0.625), 'write of up to 1 KB', DYNAMODB),
  dynamoReadUnits: price('DynamoDB', million(0.125), 'consistent read of up to 4 KB', DYNAMODB),
  dynamoGbMonths: price('DynamoDB', 0.25, 'GB kept a month', DYNAMODB),
  dynamoRestorableGbMonths: price('DynamoDB', 0.2, 'GB restorable to any second', DYNAMODB),
  snsPublishes: price('SNS', million(0.5), 'publish, each 64 KB; to SQS and Lambda no more', SNS),
  s3Puts: price('S3', 0.005 / 1_000, 'PUT or LIST', S3),
  s3Gets: price('S3', 0.000_4 / 1_000, 'GET', S3),
  logGb: price('CloudWatch', 0.5, 'GB of logs taken in', CLOUDWATCH),
  metrics: price('CloudWatch', 0.3, 'metric a month', CLOUDWATCH),
  alarms: price('CloudWatch', 0.1, 'metric of an alarm a month', CLOUDWATCH),
  dashboards: price('CloudWatch', 3, 'dashboard a month', CLOUDWATCH),
  kmsKeys: price('KMS', 1, 'key a month', KMS),
  kmsRequests: price('KMS', 0.03 / 10_000, 'request', KMS),
  dataEvents: price('CloudTrail', 0.1 / 100_000, 'data event', CLOUDTRAIL),
  endpointHours: price('VPC endpoints', 0.01, 'hour of an endpoint in a zone', PRIVATELINK),
  secrets: price('Secrets Manager', 0.4, 'secret a month', SECRETS),
} as const satisfies Record<string, Price>;

export type Item = keyof typeof PRICES;

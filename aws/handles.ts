/** What an adapter acts on: a handle is the name of a table, queue, topic or bucket, and the client that reaches it. */
import type { S3Client } from '@aws-sdk/client-s3';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SNSClient } from '@aws-sdk/client-sns';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

export interface Table {
  readonly name: string;
  readonly dynamo: DynamoDBDocumentClient;
}

export interface Bucket {
  readonly name: string;
  readonly s3: S3Client;
}

export interface Queue {
  readonly url: string;
  readonly sqs: SQSClient;
}

export interface Topic {
  readonly arn: string;
  readonly sns: SNSClient;
}

export interface Secret {
  readonly arn: string;
  readonly secrets: SecretsManagerClient;
}

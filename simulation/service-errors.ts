/**
 * The errors with which each service says that it was asked too often, that it failed, or that it cannot use the
 * stack's key: names and statuses as the SDK throws them. Code that tells them apart must know all of them.
 */
import { DynamoDBServiceException } from '@aws-sdk/client-dynamodb';
import { LambdaServiceException, TooManyRequestsException } from '@aws-sdk/client-lambda';
import { S3ServiceException } from '@aws-sdk/client-s3';
import { SecretsManagerServiceException } from '@aws-sdk/client-secrets-manager';
import { SNSServiceException } from '@aws-sdk/client-sns';
import { SQSServiceException } from '@aws-sdk/client-sqs';
import { throughputExceeded } from './dynamo/refusals.ts';

export type Service = 'dynamodb' | 's3' | 'sns' | 'sqs' | 'secrets' | 'lambda';

/** Code and HTTP status. The SDK takes from 500 on for a fault of the server. */
type Said = readonly [name: string, status: number];

const THROTTLED: Readonly<Record<Service, readonly Said[]>> = {
  dynamodb: [
    ['ProvisionedThroughputExceededException', 400],
    ['ThrottlingException', 400],
    ['RequestLimitExceeded', 400],
  ],
  s3: [['SlowDown', 503]],
  sns: [
    ['ThrottledException', 429],
    ['Throttling', 400],
  ],
  sqs: [
    ['RequestThrottled', 403],
    ['ThrottlingException', 400],
  ],
  secrets: [['ThrottlingException', 400]],
  lambda: [['TooManyRequestsException', 429]],
};

const FAILED: Readonly<Record<Service, readonly Said[]>> = {
  dynamodb: [
    ['InternalServerError', 500],
    ['ServiceUnavailable', 503],
  ],
  s3: [
    ['InternalError', 500],
    ['ServiceUnavailable', 503],
  ],
  sns: [
    ['InternalErrorException', 500],
    ['ServiceUnavailable', 503],
  ],
  sqs: [
    ['InternalFailure', 500],
    ['ServiceUnavailable', 503],
  ],
  secrets: [['InternalServiceError', 500]],
  lambda: [
    ['ServiceException', 500],
    ['ServiceUnavailableException', 503],
  ],
};

/** The key is disabled, its policy no longer names us, or it is asked too often, which the SDK does not retry. */
const KEY_REFUSALS = ['disabled', 'denied', 'throttled'] as const;
export type KeyRefusal = (typeof KEY_REFUSALS)[number];

const OF_KEY: Readonly<Record<KeyRefusal, Readonly<Record<Exclude<Service, 'lambda'>, Said>>>> = {
  disabled: {
    dynamodb: ['AccessDeniedException', 400],
    s3: ['KMS.DisabledException', 400],
    sns: ['KMSDisabledException', 400],
    sqs: ['KmsDisabled', 400],
    secrets: ['DecryptionFailure', 400],
  },
  denied: {
    dynamodb: ['AccessDeniedException', 400],
    s3: ['AccessDenied', 403],
    sns: ['KMSAccessDeniedException', 400],
    sqs: ['KmsAccessDenied', 400],
    secrets: ['AccessDeniedException', 400],
  },
  throttled: {
    dynamodb: ['ThrottlingException', 400],
    s3: ['ThrottlingException', 400],
    sns: ['KMSThrottlingException', 400],
    sqs: ['KmsThrottled', 400],
    secrets: ['ThrottlingException', 400],
  },
};

const BASES = {
  dynamodb: DynamoDBServiceException,
  s3: S3ServiceException,
  sns: SNSServiceException,
  sqs: SQSServiceException,
  secrets: SecretsManagerServiceException,
  lambda: LambdaServiceException,
} as const;

/** `which` chooses one of its ways to say so. */
export const throttledBy = (service: Service, which: number): Error => {
  const said = oneOf(THROTTLED[service], which);
  if (said[0] === 'ProvisionedThroughputExceededException') return throughputExceeded();
  if (service !== 'lambda') return errorOf(service, said);
  return new TooManyRequestsException({ message: said[0], $metadata: { httpStatusCode: said[1] } });
};

export const failedBy = (service: Service, which: number): Error =>
  errorOf(service, oneOf(FAILED[service], which));

export const keyRefusedBy = (service: Exclude<Service, 'lambda'>, why: KeyRefusal): Error =>
  errorOf(service, OF_KEY[why][service]);

/** Which of them an outage of the key is. */
export const keyRefusalAt = (fromMs: number): KeyRefusal => oneOf(KEY_REFUSALS, fromMs);

function oneOf<T>(all: readonly T[], which: number): T {
  return all[which % all.length] as T;
}

function errorOf(service: Service, [name, httpStatusCode]: Said): Error {
  const $fault = httpStatusCode < 500 ? 'client' : 'server';
  return new BASES[service]({ name, message: name, $fault, $metadata: { httpStatusCode } });
}

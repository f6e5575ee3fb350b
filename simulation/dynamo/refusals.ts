/** The errors with which DynamoDB refuses a request, as the SDK throws them. */
import {
  ConditionalCheckFailedException,
  DynamoDBServiceException,
  ProvisionedThroughputExceededException,
  ResourceNotFoundException,
} from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { Item } from './values.ts';

const $metadata = { httpStatusCode: 400 };

/** With the item, as the service sends it, if that is asked for. */
export function conditionFailed(item?: Item): Error {
  const message = 'The conditional request failed';
  const Item = item && marshall(item);
  return new ConditionalCheckFailedException({ message, $metadata: { ...$metadata }, Item });
}

export function tableMissing(table: string): Error {
  const message = `Requested resource not found: Table: ${table} not found`;
  return new ResourceNotFoundException({ message, $metadata: { ...$metadata } });
}

export function throughputExceeded(): Error {
  const message = 'The level of configured provisioned throughput for the table was exceeded';
  return new ProvisionedThroughputExceededException({ message, $metadata: { ...$metadata } });
}

/** The request itself is invalid. */
export function validation(message: string): Error {
  const name = 'ValidationException';
  return new DynamoDBServiceException({
    name,
    message,
    $fault: 'client',
    $metadata: { ...$metadata },
  });
}

export function tooLarge(): Error {
  return validation('Item size has exceeded the maximum allowed size');
}

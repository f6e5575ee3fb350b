/** The errors with which DynamoDB refuses a request, as the SDK throws them. */
import {
  ConditionalCheckFailedException,
  DynamoDBServiceException,
  ProvisionedThroughputExceededException,
  ResourceNotFoundException,
} from '@aws-sdk/client-dynamodb';

const $metadata = { httpStatusCode: 400 };

export function conditionFailed(): Error {
  const message = 'The conditional request failed';
  return new ConditionalCheckFailedException({ message, $metadata: { ...$metadata } });
}

export function tableMissing(table: string): Error {
  const message = `Requested resource not found: Table: ${table} not found`;
  return new ResourceNotFoundException({ message, $metadata: { ...$metadata } });
}

export function throughputExceeded(): Error {
  const message = 'The level of configured provisioned throughput for the table was exceeded';
  const error = new ProvisionedThroughputExceededException({
    message,
    $metadata: { ...$metadata },
  });
  return Object.assign(error, { $retryable: { throttling: true } });
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

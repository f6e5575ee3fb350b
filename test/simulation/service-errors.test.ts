import { S3ServiceException } from '@aws-sdk/client-s3';
import { SQSServiceException } from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { isFinal, isServiceError } from '../../simulation/call-errors.ts';
import { SERVICES } from '../../simulation/clients.ts';
import { failedBy, keyRefusedBy, throttledBy } from '../../simulation/service-errors.ts';

describe('the error of a service', () => {
  test('that is asked too often, or fails, is one that the SDK tries again after', () => {
    const all = SERVICES.flatMap((service) =>
      [0, 1, 2].flatMap((which) => [throttledBy(service, which), failedBy(service, which)]),
    );
    expect(all.filter((error) => !isServiceError(error) || isFinal(error))).toEqual([]);
  });

  test('has the names that it really uses', () => {
    const throttled = [0, 1, 2].map((which) => throttledBy('dynamodb', which).name);
    expect(new Set(throttled).size).toBe(3);
    expect(throttledBy('s3', 0)).toBeInstanceOf(S3ServiceException);
    expect(throttledBy('s3', 0)).toMatchObject({ name: 'SlowDown', $fault: 'server' });
    expect(throttledBy('sqs', 0)).toBeInstanceOf(SQSServiceException);
    expect(throttledBy('sqs', 0)).toMatchObject({ name: 'RequestThrottled', $fault: 'client' });
    expect(failedBy('dynamodb', 1)).toMatchObject({ name: 'ServiceUnavailable', $fault: 'server' });
  });

  test('that cannot use the key is final, unless the SDK knows its name', () => {
    expect(isFinal(keyRefusedBy('s3', 'disabled'))).toBe(true);
    expect(isFinal(keyRefusedBy('sqs', 'throttled'))).toBe(true);
    expect(isFinal(keyRefusedBy('dynamodb', 'throttled'))).toBe(false);
  });
});

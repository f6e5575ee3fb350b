import { describe, expect, it } from 'vitest';
import { contains } from '../../../aws/live/comparison.ts';
import {
  encryption,
  encryptionOf,
  lifecycle,
  lifecycleOf,
  logging,
  objectLock,
} from '../../../aws/live/s3-words.ts';

const encrypted = {
  ServerSideEncryptionConfiguration: [
    {
      BucketKeyEnabled: true,
      ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: 'key' },
    },
  ],
};
const aged = {
  Rules: [
    {
      Status: 'Enabled',
      ExpirationInDays: 400,
      NoncurrentVersionExpiration: { NoncurrentDays: 1 },
    },
    {
      Status: 'Enabled',
      Prefix: 'hops/',
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
    },
    { Status: 'Enabled', ExpiredObjectDeleteMarker: true },
  ],
};

describe("S3's words for a bucket's settings", () => {
  it('can be translated back to those of the template', () => {
    expect(contains(encryptionOf(encryption(encrypted)), encrypted)).toBe(true);
    expect(contains(lifecycleOf(lifecycle(aged).Rules), aged)).toBe(true);
  });

  it('are those of its API', () => {
    expect(lifecycle(aged).Rules).toEqual([
      {
        ID: 'rule-0',
        Filter: { Prefix: '' },
        Status: 'Enabled',
        Expiration: { Days: 400 },
        NoncurrentVersionExpiration: { NoncurrentDays: 1 },
      },
      {
        ID: 'rule-1',
        Filter: { Prefix: 'hops/' },
        Status: 'Enabled',
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
      },
      {
        ID: 'rule-2',
        Filter: { Prefix: '' },
        Status: 'Enabled',
        Expiration: { ExpiredObjectDeleteMarker: true },
      },
    ]);
    expect(logging({ DestinationBucketName: 'logs', LogFilePrefix: 'a/' })).toEqual({
      LoggingEnabled: { TargetBucket: 'logs', TargetPrefix: 'a/' },
    });
    expect(objectLock({ Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Years: 6 } } })).toEqual({
      ObjectLockEnabled: 'Enabled',
      Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Years: 6 } },
    });
  });

  it('refuse a setting that has no translation, instead of dropping it', () => {
    expect(() => lifecycle({ Rules: [{ Status: 'Enabled', Transitions: [] }] })).toThrow(
      /Transitions/,
    );
  });
});

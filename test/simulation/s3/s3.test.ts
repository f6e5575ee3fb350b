import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
  type S3ServiceException,
} from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { NO_S3_FAULTS, S3 } from '../../../simulation/s3/s3.ts';
import { Scheduler } from '../../../simulation/scheduler.ts';

const Bucket = 'b';

function service(isVersioned = true, faults = NO_S3_FAULTS) {
  const scheduler = new Scheduler(1);
  const { random } = scheduler;
  const s3 = new S3({ scheduler, random, faults: () => faults, tell: () => undefined });
  s3.create(Bucket, isVersioned);
  const put = (Key: string, Body: string, more: object = {}) =>
    s3.perform(new PutObjectCommand({ Bucket, Key, Body, ...more })) as { VersionId: string };
  const get = async (Key: string, VersionId?: string) => {
    const answer = s3.perform(new GetObjectCommand({ Bucket, Key, VersionId })) as {
      Body: { transformToString(): Promise<string> };
    };
    return answer.Body.transformToString();
  };
  return { s3, put, get };
}

describe('simulated S3', () => {
  test('keeps every version, and returns the newest', async () => {
    const { s3, put, get } = service();
    const { VersionId } = put('k', 'one');
    put('k', 'two');
    expect(await get('k')).toBe('two');
    expect(await get('k', VersionId)).toBe('one');
    s3.perform(new DeleteObjectCommand({ Bucket, Key: 'k' }));
    await expect(get('k')).rejects.toMatchObject({ name: 'NoSuchKey' });
    expect(await get('k', VersionId)).toBe('one');
    s3.perform(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'k', VersionId }] } }),
    );
    await expect(get('k', VersionId)).rejects.toMatchObject({ name: 'NoSuchVersion' });
  });

  test('accepts a put with If-None-Match once', async () => {
    const { put, get } = service();
    const condition = { IfNoneMatch: '*' };
    put('k', 'one', condition);
    expect(() => put('k', 'two', condition)).toThrow('PreconditionFailed');
    expect(await get('k')).toBe('one');
  });

  test('refuses a put with If-None-Match while another one is under way, whether or not there is an object', async () => {
    const { s3, put } = service(true, { conflict: 0.5 });
    const said = new Set<string>();
    for (let number = 0; number < 100; number += 1) {
      const isThere = s3.bucket(Bucket).current('k') !== undefined;
      try {
        put('k', 'one', { IfNoneMatch: '*' });
        said.add('put');
      } catch (error) {
        const { name, $metadata } = error as S3ServiceException;
        said.add(`${name} ${$metadata.httpStatusCode}${isThere ? ', there is one' : ''}`);
      }
      if (number % 10 === 9) s3.bucket(Bucket).delete('k', undefined, 0);
    }
    expect(said).toEqual(
      new Set([
        'put',
        'ConditionalRequestConflict 409',
        'ConditionalRequestConflict 409, there is one',
        'PreconditionFailed 412, there is one',
      ]),
    );
    for (let number = 0; number < 20; number += 1) put('other', 'without a condition');
  });

  test('keeps only the last version without versioning', async () => {
    const { s3, put, get } = service(false);
    put('k', 'one');
    put('k', 'two');
    expect(await get('k')).toBe('two');
    s3.perform(new DeleteObjectCommand({ Bucket, Key: 'k' }));
    await expect(get('k')).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  test('lists keys and versions below a prefix, page by page', () => {
    const { s3, put } = service();
    for (let number = 0; number < 130; number += 1) put(`a/${String(number).padStart(3, '0')}`, '');
    put('a/129', 'again');
    put('b/1', '');
    let ContinuationToken: string | undefined;
    const keys: string[] = [];
    do {
      const page = s3.perform(
        new ListObjectsV2Command({ Bucket, Prefix: 'a/', ContinuationToken }),
      ) as {
        Contents: { Key: string }[];
        NextContinuationToken?: string;
      };
      keys.push(...page.Contents.map(({ Key }) => Key));
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
    expect(new Set(keys).size).toBe(130);
    expect(keys.length).toBe(130);
    const versions: string[] = [];
    let marker: object = {};
    for (let isMore = true; isMore; ) {
      const page = s3.perform(
        new ListObjectVersionsCommand({ Bucket, Prefix: 'a/', ...marker }),
      ) as {
        Versions: { Key: string; VersionId: string }[];
        IsTruncated: boolean;
        NextKeyMarker: string;
        NextVersionIdMarker: string;
      };
      versions.push(...page.Versions.map(({ Key, VersionId }) => `${Key} ${VersionId}`));
      isMore = page.IsTruncated;
      marker = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
    }
    expect(versions.length).toBe(131);
    expect(versions.slice(-2)).toEqual(['a/129 v131', 'a/129 v130']);
  });
});

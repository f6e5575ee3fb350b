import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClients, destroyClients } from '../../../../packages/local-lambda/clients.ts';
import { startEmulators as startKept } from '../../../../packages/local-lambda/emulators/emulators.ts';
import { testClients } from '../../../support/clients.ts';
import { type Emulators, startEmulators } from '../../../support/emulators.ts';

let emulators: Emulators;
beforeAll(async () => {
  emulators = await startEmulators();
  const { s3 } = testClients();
  await s3.send(new CreateBucketCommand({ Bucket: 'locked', ObjectLockEnabledForBucket: true }));
  await s3.send(new CreateBucketCommand({ Bucket: 'open' }));
  await s3.send(new CreateBucketCommand({ Bucket: 'versioned' }));
  const VersioningConfiguration = { Status: 'Enabled' } as const;
  await s3.send(new PutBucketVersioningCommand({ Bucket: 'versioned', VersioningConfiguration }));
});
afterAll(() => emulators.stop());

const put = (Bucket: string, Key: string, Body: string, careful = false) =>
  testClients().s3.send(
    new PutObjectCommand({ Bucket, Key, Body, ...(careful && { IfNoneMatch: '*' }) }),
  );
const versionsOf = (Prefix: string, more: { MaxKeys?: number; KeyMarker?: string } = {}) =>
  testClients().s3.send(new ListObjectVersionsCommand({ Bucket: 'locked', Prefix, ...more }));
async function read(Key: string, VersionId?: string): Promise<string | undefined> {
  const { Body } = await testClients().s3.send(
    new GetObjectCommand({ Bucket: 'locked', Key, VersionId }),
  );
  return Body?.transformToString();
}

test.each(['locked', 'open'])(
  'a put that replaces only what it knows is refused if it is another, in a bucket that is %s',
  async (bucket) => {
    const replace = (Key: string, Body: string, IfMatch?: string) =>
      testClients().s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body, IfMatch }));
    const { ETag: first } = await put(bucket, 'known', 'first');
    const { ETag: second } = await replace('known', 'second', first);
    await expect(replace('known', 'third', first)).rejects.toMatchObject({
      name: 'PreconditionFailed',
      $metadata: { httpStatusCode: 412 },
    });
    await expect(replace('absent', 'x', first)).rejects.toMatchObject({ name: 'NoSuchKey' });
    await replace('known', 'third', second);
    await replace('known', 'fourth', '*');
  },
);

test.each(['locked', 'open'])(
  'a put that must not overwrite is refused, in a bucket that is %s',
  async (bucket) => {
    await put(bucket, 'once', 'first', true);
    await expect(put(bucket, 'once', 'second', true)).rejects.toMatchObject({
      name: 'PreconditionFailed',
      $metadata: { httpStatusCode: 412 },
    });
  },
);

test('under a lock all versions stay, newest first, deletions included', async () => {
  await put('locked', 'a/1', 'first');
  await put('locked', 'a/1', 'second');
  await testClients().s3.send(new DeleteObjectCommand({ Bucket: 'locked', Key: 'a/1' }));
  await expect(read('a/1')).rejects.toMatchObject({ name: 'NoSuchKey' });
  const { Versions = [], DeleteMarkers = [] } = await versionsOf('a/');
  expect(DeleteMarkers).toMatchObject([{ Key: 'a/1', IsLatest: true }]);
  const texts = Versions.map(({ VersionId }) => read('a/1', VersionId));
  expect(await Promise.all(texts)).toEqual(['second', 'first']);
  await put('locked', 'a/1', 'third', true);
  expect((await versionsOf('a/')).Versions).toHaveLength(3);
});

test('objects that are deleted together disappear from the list, and their versions stay', async () => {
  await put('versioned', 'g/1', 'first');
  await put('versioned', 'g/2', 'second');
  const Delete = { Objects: [{ Key: 'g/1' }, { Key: 'g/2' }] };
  const { s3 } = testClients();
  await s3.send(new DeleteObjectsCommand({ Bucket: 'versioned', Delete }));
  const there = { Bucket: 'versioned', Prefix: 'g/' };
  expect((await s3.send(new ListObjectsV2Command(there))).KeyCount).toBe(0);
  const { Versions, DeleteMarkers } = await s3.send(new ListObjectVersionsCommand(there));
  expect([Versions?.length, DeleteMarkers?.length]).toEqual([2, 2]);
});

test('a locked version cannot be deleted', async () => {
  await put('locked', 'b/1', 'first');
  const [version] = (await versionsOf('b/')).Versions ?? [];
  const command = new DeleteObjectCommand({
    Bucket: 'locked',
    Key: 'b/1',
    VersionId: version?.VersionId,
  });
  await expect(testClients().s3.send(command)).rejects.toMatchObject({ name: 'AccessDenied' });
  expect(await read('b/1')).toBe('first');
});

test('versions are listed in pages', async () => {
  for (const key of ['c/1', 'c/2', 'c/3']) await put('locked', key, key);
  const first = await versionsOf('c/', { MaxKeys: 2 });
  expect(first).toMatchObject({ IsTruncated: true, NextKeyMarker: 'c/2' });
  const rest = await versionsOf('c/', { KeyMarker: 'c/2' });
  expect(rest).toMatchObject({ IsTruncated: false, Versions: [{ Key: 'c/3' }] });
});

test('versions of a key with characters that XML escapes are listed, page by page, and deleted', async () => {
  const { s3 } = testClients();
  const Bucket = 'versioned';
  const keys = ['h/<a>&"b".json', 'h/z&amp;.json'];
  for (const key of keys) await put(Bucket, key, 'text');
  const listed: (string | undefined)[] = [];
  const there = { Bucket, Prefix: 'h/' };
  let KeyMarker: string | undefined;
  do {
    const page = await s3.send(new ListObjectVersionsCommand({ ...there, MaxKeys: 1, KeyMarker }));
    const Objects = (page.Versions ?? []).map(({ Key, VersionId }) => ({ Key, VersionId }));
    listed.push(...Objects.map(({ Key }) => Key));
    KeyMarker = page.NextKeyMarker;
    await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
  } while (KeyMarker !== undefined);
  expect(listed).toEqual(keys);
  expect((await s3.send(new ListObjectVersionsCommand(there))).Versions ?? []).toEqual([]);
});

test('a versioned bucket returns version ids, serves each version, and can delete one for good', async () => {
  const { s3 } = testClients();
  const Bucket = 'versioned';
  const Key = 'd/1';
  const { VersionId: first } = await put(Bucket, Key, 'first');
  const { VersionId: second } = await put(Bucket, Key, 'second');
  const get = async (VersionId?: string) => {
    const { Body, VersionId: id } = await s3.send(new GetObjectCommand({ Bucket, Key, VersionId }));
    return [await Body?.transformToString(), id];
  };
  expect(first).not.toBe(second);
  expect(await get()).toEqual(['second', second]);
  expect(await get(second)).toEqual(['second', second]);
  expect(await get(first)).toEqual(['first', first]);
  await expect(get('none')).rejects.toMatchObject({ name: 'NoSuchVersion' });
  await s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId: second }));
  expect(await get()).toEqual(['first', first]);
  await s3.send(new DeleteObjectCommand({ Bucket, Key }));
  await expect(get()).rejects.toMatchObject({ name: 'NoSuchKey' });
  expect(await get(first)).toEqual(['first', first]);
  await s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId: first }));
  await expect(get(first)).rejects.toMatchObject({ name: 'NoSuchVersion' });
});

test('each version keeps its metadata', async () => {
  const { s3 } = testClients();
  const place = { Bucket: 'versioned', Key: 'with-metadata' };
  const ids: (string | undefined)[] = [];
  for (const number of ['1', '2']) {
    const Metadata = { number };
    const { VersionId } = await s3.send(new PutObjectCommand({ ...place, Body: number, Metadata }));
    ids.push(VersionId);
  }
  const read = async (VersionId?: string) =>
    (await s3.send(new GetObjectCommand({ ...place, VersionId }))).Metadata;
  expect(await read(ids[0])).toEqual({ number: '1' });
  expect(await read(ids[1])).toEqual({ number: '2' });
  await s3.send(new DeleteObjectCommand({ ...place, VersionId: ids[1] }));
  expect(await read()).toEqual({ number: '1' });
});

test('a bucket without versioning returns no version ids', async () => {
  expect((await put('open', 'e', 'x')).VersionId).toBeUndefined();
});

test('with --data a current version can be read by its id too: bodies are on disk then', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'versions-'));
  const kept = await startKept(folder);
  const clients = createClients(kept.endpoints);
  const { s3 } = clients;
  await s3.send(new CreateBucketCommand({ Bucket: 'kept', ObjectLockEnabledForBucket: true }));
  const ids: (string | undefined)[] = [];
  for (const Body of ['first', 'second']) {
    const { VersionId } = await s3.send(new PutObjectCommand({ Bucket: 'kept', Key: 'a', Body }));
    ids.push(VersionId);
  }
  for (const [n, text] of ['first', 'second'].entries()) {
    const { Body } = await s3.send(
      new GetObjectCommand({ Bucket: 'kept', Key: 'a', VersionId: ids[n] }),
    );
    expect(await Body?.transformToString()).toBe(text);
  }
  const { Versions } = await s3.send(new ListObjectVersionsCommand({ Bucket: 'kept' }));
  expect(Versions).toHaveLength(2);
  destroyClients(clients);
  await kept.stop();
  await rm(folder, { recursive: true });
});

/** S3 for the SDK's commands. */
import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  NoSuchBucket,
  NoSuchKey,
  PutObjectCommand,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import type { Effect } from '../effects.ts';
import type { Random } from '../random.ts';
import type { Scheduler } from '../scheduler.ts';
import { Bucket, type Version } from './bucket.ts';

/** Size of a page of a list. Real pages are larger; small ones find more faults. */
const PAGE_MAX = 100;

export interface S3Faults {
  /** A put under a condition is refused, because another one of its key is under way. It may have been a try that ends without an object. */
  readonly conflict: number;
}

export const NO_S3_FAULTS: S3Faults = { conflict: 0 };

interface S3Surroundings {
  readonly scheduler: Scheduler;
  readonly random: Random;
  faults(): S3Faults;
  tell(effect: Effect): void;
}

export class S3 {
  readonly #buckets = new Map<string, Bucket>();
  readonly #around: S3Surroundings;

  constructor(around: S3Surroundings) {
    this.#around = around;
  }

  create(name: string, isVersioned: boolean): Bucket {
    const bucket = new Bucket(name, isVersioned);
    this.#buckets.set(name, bucket);
    return bucket;
  }

  bucket(name: string | undefined): Bucket {
    const bucket = this.#buckets.get(name ?? '');
    if (bucket === undefined) throw new NoSuchBucket({ message: `${name}`, $metadata: {} });
    return bucket;
  }

  /** Performs a command. @throws the service's refusal */
  perform(command: object): object {
    if (command instanceof PutObjectCommand) return this.#put(command.input);
    if (command instanceof GetObjectCommand) return this.#get(command.input);
    if (command instanceof DeleteObjectCommand) {
      const { Bucket: name, Key = '', VersionId } = command.input;
      this.bucket(name).delete(Key, VersionId, this.#around.scheduler.now);
      return {};
    }
    if (command instanceof DeleteObjectsCommand) {
      const { Bucket: name, Delete } = command.input;
      for (const { Key = '', VersionId } of Delete?.Objects ?? []) {
        this.bucket(name).delete(Key, VersionId, this.#around.scheduler.now);
      }
      return {};
    }
    if (command instanceof ListObjectsV2Command) return this.#list(command.input);
    if (command instanceof ListObjectVersionsCommand) return this.#listVersions(command.input);
    throw new Error(`${command.constructor.name} is not simulated`);
  }

  #put({ Bucket: name, Key = '', Body, IfNoneMatch, Metadata }: PutObjectCommand['input']): object {
    const bucket = this.bucket(name);
    if (IfNoneMatch === '*') {
      if (this.#isUnderWay()) throw refusal('ConditionalRequestConflict', 409);
      if (bucket.current(Key) !== undefined) throw preconditionFailed();
    }
    const version = bucket.put(Key, bytesOf(Body), this.#around.scheduler.now, Metadata);
    this.#around.tell({ kind: 'put', bucket: bucket.name, version });
    return { VersionId: version.id };
  }

  #isUnderWay(): boolean {
    const { random, faults } = this.#around;
    const { conflict } = faults();
    return conflict > 0 && random.chance(conflict);
  }

  #get({ Bucket: name, Key = '', VersionId }: GetObjectCommand['input']): object {
    const bucket = this.bucket(name);
    const version = VersionId === undefined ? bucket.current(Key) : bucket.version(Key, VersionId);
    if (version?.bytes === undefined) {
      const message = 'The specified key does not exist.';
      if (VersionId !== undefined) throw refusal('NoSuchVersion', 404);
      throw new NoSuchKey({ message, $metadata: { httpStatusCode: 404 } });
    }
    return {
      Body: bodyOf(version.bytes),
      ContentLength: version.bytes.length,
      VersionId: version.id,
      LastModified: new Date(version.at),
      Metadata: version.metadata ?? {},
    };
  }

  #list({
    Bucket: name,
    Prefix = '',
    ContinuationToken,
    StartAfter,
  }: ListObjectsV2Command['input']) {
    const bucket = this.bucket(name);
    const after = ContinuationToken ?? StartAfter ?? '';
    const all = keysOf(bucket, Prefix, after).filter((key) => bucket.current(key) !== undefined);
    const page = all.slice(0, PAGE_MAX);
    const isTruncated = all.length > page.length;
    return {
      Contents: page.map((Key) => ({ Key })),
      IsTruncated: isTruncated,
      ...(isTruncated && { NextContinuationToken: page.at(-1) }),
    };
  }

  /** In the order of the keys, newest version first. */
  #listVersions(input: ListObjectVersionsCommand['input']): object {
    const { Bucket: name, Prefix = '', KeyMarker = '', VersionIdMarker } = input;
    const bucket = this.bucket(name);
    const rest = VersionIdMarker === undefined ? [] : newestFirst(bucket, KeyMarker);
    const place = rest.findIndex(({ id }) => id === VersionIdMarker);
    const all = rest.slice(place + 1);
    for (const key of keysOf(bucket, Prefix, KeyMarker)) {
      if (all.length > PAGE_MAX) break;
      all.push(...newestFirst(bucket, key));
    }
    const page = all.slice(0, PAGE_MAX);
    const last = page.at(-1);
    const shown = ({ key, id, at }: Version) => ({
      Key: key,
      VersionId: id,
      IsLatest: bucket.versionsOf(key).at(-1)?.id === id,
      LastModified: new Date(at),
    });
    return {
      Versions: page.filter(({ bytes }) => bytes !== undefined).map(shown),
      DeleteMarkers: page.filter(({ bytes }) => bytes === undefined).map(shown),
      IsTruncated: all.length > page.length,
      NextKeyMarker: last?.key,
      NextVersionIdMarker: last?.id,
    };
  }
}

const newestFirst = (bucket: Bucket, key: string) => [...bucket.versionsOf(key)].reverse();

function keysOf({ keys }: Bucket, prefix: string, after: string): readonly string[] {
  return keys.filter((key) => key > after && key.startsWith(prefix));
}

function bytesOf(body: PutObjectCommand['input']['Body']): Uint8Array {
  if (typeof body === 'string') return Buffer.from(body);
  if (body instanceof Uint8Array) return Uint8Array.from(body);
  throw new Error('streams are not simulated');
}

function bodyOf(bytes: Uint8Array) {
  return {
    transformToByteArray: async () => Uint8Array.from(bytes),
    transformToString: async () => Buffer.from(bytes).toString(),
    transformToWebStream: () => new Blob([Uint8Array.from(bytes)]).stream(),
  };
}

const preconditionFailed = () => refusal('PreconditionFailed', 412);

function refusal(name: string, httpStatusCode: number): S3ServiceException {
  const $metadata = { httpStatusCode };
  return new S3ServiceException({ name, message: name, $fault: 'client', $metadata });
}

/** Keeps the versions of objects, which fauxqs does not. Past versions are in memory only. */
import type { BuildAppOptions } from 'fauxqs';

export type Store = NonNullable<BuildAppOptions['stores']>['s3Store'];
/** The store has the body of a current version, on disk if it keeps data. */
export type Version = {
  id: string;
  at: Date;
  body?: Buffer;
  isCurrent?: true;
  metadata?: Readonly<Record<string, string>>;
};

export const isMark = ({ body, isCurrent }: Version) => body === undefined && !isCurrent;

/**
 * Derived from the content, so that it is the same after a restart. Two equal versions have one id.
 */
export const idOf = (etag: string) => etag.replaceAll('"', '');

/** All versions of the objects in one store. */
export class Versions {
  readonly #store: Store;
  /** Past versions, oldest first, by bucket and key. Without a body: a delete marker. */
  readonly #past = new Map<string, Version[]>();
  #markers = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  current(bucket: string, key: string): ReturnType<Store['headObject']> | undefined {
    try {
      return this.#store.headObject(bucket, key);
    } catch {
      return undefined;
    }
  }

  past(bucket: string, key: string): Version[] {
    return this.#past.get(`${bucket}/${key}`) ?? [];
  }

  /** Keeps the current version before another replaces it. */
  retire(bucket: string, key: string): void {
    if (!this.current(bucket, key)) return;
    const { body, etag, lastModified: at, metadata } = this.#store.getObject(bucket, key);
    this.#add(bucket, key, { id: idOf(etag), at, body, metadata });
  }

  /** Hides the current version, if there is one, behind a delete marker. */
  markDeleted(bucket: string, key: string): void {
    this.retire(bucket, key);
    this.#markers += 1;
    this.#add(bucket, key, { id: `deleted-${this.#markers}`, at: new Date() });
    this.#store.deleteObject(bucket, key);
  }

  /** Removes one version permanently. If it was current, the one before becomes current. */
  remove(bucket: string, key: string, id: string): void {
    const before = this.past(bucket, key);
    const index = before.findIndex((version) => version.id === id);
    if (index >= 0) {
      this.#past.set(`${bucket}/${key}`, before.toSpliced(index, 1));
      return;
    }
    const now = this.current(bucket, key);
    if (now === undefined || idOf(now.etag) !== id) return;
    this.#store.deleteObject(bucket, key);
    const last = before.at(-1);
    if (last?.body === undefined) return;
    this.#past.set(`${bucket}/${key}`, before.slice(0, -1));
    this.#store.putObject(bucket, key, last.body, 'application/octet-stream', {
      ...last.metadata,
    });
  }

  #add(bucket: string, key: string, version: Version): void {
    this.#past.set(`${bucket}/${key}`, [...this.past(bucket, key), version]);
  }

  /** Oldest first. */
  all(bucket: string, key: string): Version[] {
    const before = this.past(bucket, key);
    const now = this.current(bucket, key);
    if (!now) return before;
    const { etag, lastModified: at, metadata } = now;
    return [...before, { id: idOf(etag), at, isCurrent: true, metadata }];
  }

  /** Undefined for a delete marker. */
  bodyOf(bucket: string, key: string, version: Version): Buffer | undefined {
    return version.isCurrent ? this.#store.getObject(bucket, key).body : version.body;
  }

  keys(bucket: string, prefix: string, after: string): string[] {
    const gone = [...this.#past.keys()]
      .filter((path) => path.startsWith(`${bucket}/${prefix}`))
      .map((path) => path.slice(bucket.length + 1));
    const maxKeys = Number.POSITIVE_INFINITY;
    const there = this.#store.listObjects(bucket, { prefix, maxKeys }).objects;
    const keys = new Set([...gone, ...there.map(({ key }) => key)]);
    return [...keys].filter((key) => key > after).sort();
  }
}

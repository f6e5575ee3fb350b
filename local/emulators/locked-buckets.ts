/**
 * What fauxqs lacks of S3 and the audit log needs: puts that must not overwrite, and buckets with
 * Object Lock, in which every version stays. Past versions are kept in memory only, retention has no
 * end, and versions cannot be deleted one by one, not even by who may.
 */
import type { BuildAppOptions, buildApp } from 'fauxqs';

type App = ReturnType<typeof buildApp>;
type Store = NonNullable<BuildAppOptions['stores']>['s3Store'];
type Version = { id: string; at: Date; body?: Buffer };

const KEYS_MAX = 1000;

/** All versions of the objects in one store. */
class Versions {
  readonly #store: Store;
  /** Those that are no longer current, oldest first, by bucket and key; no body: a deletion. */
  readonly #past = new Map<string, Version[]>();

  constructor(store: Store) {
    this.#store = store;
  }

  current(bucket: string, key: string) {
    try {
      return this.#store.headObject(bucket, key);
    } catch {
      return undefined;
    }
  }

  past(bucket: string, key: string): Version[] {
    return this.#past.get(`${bucket}/${key}`) ?? [];
  }

  /** The current version makes room for another. */
  retire(bucket: string, key: string): void {
    if (!this.current(bucket, key)) return;
    const { body, lastModified: at } = this.#store.getObject(bucket, key);
    this.#add(bucket, key, { at, body });
  }

  markDeleted(bucket: string, key: string): void {
    this.#add(bucket, key, { at: new Date() });
  }

  #add(bucket: string, key: string, version: Omit<Version, 'id'>): void {
    const before = this.past(bucket, key);
    this.#past.set(`${bucket}/${key}`, [...before, { ...version, id: `v${before.length}` }]);
  }

  /** Oldest first. */
  all(bucket: string, key: string): Version[] {
    const before = this.past(bucket, key);
    const now = this.current(bucket, key);
    if (!now) return before;
    return [...before, { id: `v${before.length}`, at: now.lastModified, body: now.body }];
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

/** Adds them to an app that was built upon `store`; before it listens. */
export function addLockedBuckets(app: App, store: Store): void {
  const locked = new Set<string>();
  const versions = new Versions(store);

  app.addHook('preHandler', async (request, reply) => {
    const { bucket = '', '*': key = '' } = request.params as Record<string, string | undefined>;
    const query = request.query as Readonly<Record<string, string | undefined>>;
    const refuse = (status: number, code: string) =>
      reply.status(status).type('application/xml').send(`<Error><Code>${code}</Code></Error>`);

    if (request.method === 'PUT' && key === '') {
      if (request.headers['x-amz-bucket-object-lock-enabled'] === 'true') locked.add(bucket);
    } else if (request.method === 'PUT') {
      const careful = request.headers['if-none-match'] === '*';
      if (careful && versions.current(bucket, key)) return refuse(412, 'PreconditionFailed');
      if (locked.has(bucket)) versions.retire(bucket, key);
    } else if (request.method === 'DELETE' && key !== '' && locked.has(bucket)) {
      if (query['versionId'] !== undefined) return refuse(403, 'AccessDenied');
      versions.retire(bucket, key);
      versions.markDeleted(bucket, key);
    } else if (request.method === 'POST' && locked.has(bucket)) {
      return refuse(501, 'NotImplemented');
    } else if (request.method === 'GET' && key === '' && query['versions'] !== undefined) {
      const { prefix = '', 'key-marker': after = '', 'max-keys': most = KEYS_MAX } = query;
      const keys = versions.keys(bucket, prefix, after);
      const page = keys.slice(0, Number(most));
      const listed = page.map((each) => ({ key: each, versions: versions.all(bucket, each) }));
      return reply.type('application/xml').send(listing(listed, keys.length > page.length));
    } else if (request.method === 'GET' && query['versionId'] !== undefined) {
      const version = versions.past(bucket, key).find(({ id }) => id === query['versionId']);
      if (version?.body) return reply.type('application/octet-stream').send(version.body);
    }
    return undefined;
  });
}

type Listed = { key: string; versions: Version[] };

/** As S3 lists them: the newest version of each key first. */
function listing(keys: Listed[], truncated: boolean): string {
  const items = keys.flatMap(({ key, versions }) =>
    versions.toReversed().map(({ id, at, body }, index) => {
      const tag = body ? 'Version' : 'DeleteMarker';
      const facts = `<Key>${key}</Key><VersionId>${id}</VersionId><IsLatest>${index === 0}</IsLatest>`;
      return `<${tag}>${facts}<LastModified>${at.toISOString()}</LastModified></${tag}>`;
    }),
  );
  const next = truncated ? `<NextKeyMarker>${keys.at(-1)?.key}</NextKeyMarker>` : '';
  const end = `<IsTruncated>${truncated}</IsTruncated>${next}`;
  return `<ListVersionsResult>${end}${items.join('')}</ListVersionsResult>`;
}

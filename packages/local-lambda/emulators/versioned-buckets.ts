/**
 * S3 features that fauxqs lacks: puts that must not overwrite, or only what they know; versions, in buckets that keep them;
 * and Object Lock, which here forbids deleting any version, forever. Remove it once its s3/s3Store
 * keeps versions and its s3/actions/putObject reads If-None-Match and If-Match.
 */
import type { buildApp } from 'fauxqs';
import { idOf, isMark, type Store, type Version, Versions } from './object-versions.ts';
import { escaped, LISTED, listedObject } from './object-xml.ts';

type App = ReturnType<typeof buildApp>;
type Query = Readonly<Record<string, string | undefined>>;

const KEYS_MAX = 1000;

interface Refusal {
  readonly status: number;
  readonly code: string;
}

/** Adds them to an app with this store, before the app listens. */
export function addVersionedBuckets(app: App, store: Store): void {
  const locked = new Set<string>();
  const versioned = new Set<string>();
  const versions = new Versions(store);

  app.addHook('preHandler', async (request, reply) => {
    const { bucket = '', '*': key = '' } = request.params as Query;
    const query = request.query as Query;
    const { versionId } = query;
    const refuse = ({ status, code }: Refusal) =>
      reply.status(status).type('application/xml').send(`<Error><Code>${code}</Code></Error>`);

    if (request.method === 'PUT' && key === '') {
      const isLocked = request.headers['x-amz-bucket-object-lock-enabled'] === 'true';
      if (isLocked) locked.add(bucket);
      if (isLocked || query['versioning'] !== undefined) versioned.add(bucket);
      if (query['versioning'] !== undefined) return reply.status(200).send();
    } else if (request.method === 'PUT') {
      const refusal = unfulfilled(request.headers, versions.current(bucket, key)?.etag);
      if (refusal) return refuse(refusal);
      if (versioned.has(bucket)) versions.retire(bucket, key);
    } else if (request.method === 'DELETE' && key !== '' && versioned.has(bucket)) {
      if (versionId === undefined) versions.markDeleted(bucket, key);
      else if (locked.has(bucket)) return refuse({ status: 403, code: 'AccessDenied' });
      else {
        versions.remove(bucket, key, versionId);
        return reply.status(204).send();
      }
    } else if (request.method === 'POST' && locked.has(bucket)) {
      return refuse({ status: 501, code: 'NotImplemented' });
    } else if (
      request.method === 'POST' &&
      query['delete'] !== undefined &&
      versioned.has(bucket)
    ) {
      deleteListed(versions, bucket, String(request.body));
      return reply.type('application/xml').send('<DeleteResult/>');
    } else if (request.method === 'GET' && key === '' && query['versions'] !== undefined) {
      if (!store.hasBucket(bucket)) return refuse({ status: 404, code: 'NoSuchBucket' });
      const { prefix = '', 'key-marker': after = '', 'max-keys': most = KEYS_MAX } = query;
      const keys = versions.keys(bucket, prefix, after);
      const page = keys.slice(0, Number(most));
      const listed = page.map((each) => ({ key: each, versions: versions.all(bucket, each) }));
      return reply.type('application/xml').send(listing(listed, keys.length > page.length));
    } else if (request.method === 'GET' && versionId !== undefined) {
      const version = versions.all(bucket, key).find(({ id }) => id === versionId);
      if (version === undefined) return refuse({ status: 404, code: 'NoSuchVersion' });
      const body = versions.bodyOf(bucket, key, version);
      if (body === undefined) return refuse({ status: 405, code: 'MethodNotAllowed' });
      reply.header('x-amz-version-id', version.id);
      for (const [name, value] of Object.entries(version.metadata ?? {})) {
        reply.header(`x-amz-meta-${name}`, value);
      }
      return reply.type('application/octet-stream').send(body);
    }
    return undefined;
  });

  app.addHook('onSend', async (request, reply, payload) => {
    const { bucket = '', '*': key = '' } = request.params as Query;
    const isObject = key !== '' && (request.method === 'GET' || request.method === 'PUT');
    if (isObject && reply.statusCode === 200 && versioned.has(bucket)) {
      const now = versions.current(bucket, key);
      if (now && !reply.hasHeader('x-amz-version-id')) {
        reply.header('x-amz-version-id', idOf(now.etag));
      }
    }
    return payload;
  });
}

/** Why a put with a condition is refused. `etag` is of the object that is there. */
function unfulfilled(
  { 'if-none-match': none, 'if-match': match }: Readonly<Record<string, unknown>>,
  etag: string | undefined,
): Refusal | undefined {
  const failed = { status: 412, code: 'PreconditionFailed' };
  if (none === '*' && etag !== undefined) return failed;
  if (match === undefined) return undefined;
  if (etag === undefined) return { status: 404, code: 'NoSuchKey' };
  return match === '*' || idOf(String(match)) === idOf(etag) ? undefined : failed;
}

/** Deletes what one request lists: a version if it has an id, otherwise adds a delete marker. */
function deleteListed(versions: Versions, bucket: string, xml: string): void {
  for (const [, one = ''] of xml.matchAll(LISTED)) {
    const { key, versionId } = listedObject(one);
    if (versionId === undefined) versions.markDeleted(bucket, key);
    else versions.remove(bucket, key, versionId);
  }
}

type Listed = { key: string; versions: Version[] };

/** In S3's order: by key, newest version first. */
function listing(keys: Listed[], truncated: boolean): string {
  const items = keys.flatMap(({ key, versions }) =>
    versions.toReversed().map((version, index) => {
      const { id, at } = version;
      const tag = isMark(version) ? 'DeleteMarker' : 'Version';
      const facts = `<Key>${escaped(key)}</Key><VersionId>${id}</VersionId><IsLatest>${index === 0}</IsLatest>`;
      return `<${tag}>${facts}<LastModified>${at.toISOString()}</LastModified></${tag}>`;
    }),
  );
  const next = truncated ? `<NextKeyMarker>${escaped(keys.at(-1)?.key ?? '')}</NextKeyMarker>` : '';
  const end = `<IsTruncated>${truncated}</IsTruncated>${next}`;
  return `<ListVersionsResult>${end}${items.join('')}</ListVersionsResult>`;
}

/**
 * S3 objects that exist but are not returned, which fauxqs lacks and claim checks meet: encrypted
 * by a key that the reader does not have (SSE-C) or may not use (any key that is named; the
 * bucket's own key is not checked), archived, or denied by the bucket's policy. Of a policy, only
 * denials of `s3:GetObject` by key prefix are supported. Remove it once its s3/actions/getObject
 * refuses these itself.
 */
import type { buildApp } from 'fauxqs';

type App = ReturnType<typeof buildApp>;
interface Refusal {
  readonly status: number;
  readonly code: string;
}

const DENIED: Refusal = { status: 403, code: 'AccessDenied' };
const SSE_C: Refusal = { status: 400, code: 'InvalidRequest' };
const ARCHIVED: Refusal = { status: 403, code: 'InvalidObjectState' };

/** The reason why an object that was put with these headers is not returned. */
function refusalOf(headers: Readonly<Record<string, unknown>>): Refusal | undefined {
  if (headers['x-amz-server-side-encryption-customer-algorithm'] !== undefined) return SSE_C;
  if (headers['x-amz-server-side-encryption-aws-kms-key-id'] !== undefined) return DENIED;
  const storage = String(headers['x-amz-storage-class'] ?? '');
  return ['GLACIER', 'DEEP_ARCHIVE'].includes(storage) ? ARCHIVED : undefined;
}

interface Policy {
  readonly Statement: readonly {
    readonly Effect: string;
    readonly Action: string;
    readonly Resource: string;
  }[];
}

/** Prefixes of keys that a policy denies. `*` ends a resource. */
function deniedBy(text: string): string[] {
  const { Statement } = JSON.parse(text) as Policy;
  return Statement.filter(
    ({ Effect, Action }) => Effect === 'Deny' && Action === 's3:GetObject',
  ).map(({ Resource }) => Resource.slice(Resource.indexOf('/') + 1).replace(/\*$/, ''));
}

/** Adds them to an app before it listens. */
export function addGuardedObjects(app: App): void {
  const guarded = new Map<string, Refusal>();
  const denied = new Map<string, string[]>();

  app.addHook('preHandler', async (request, reply) => {
    const { bucket = '', '*': key = '' } = request.params as Record<string, string | undefined>;
    const query = request.query as Readonly<Record<string, string | undefined>>;
    if (key === '') {
      if (query['policy'] === undefined || request.method === 'GET') return undefined;
      denied.set(bucket, request.method === 'PUT' ? deniedBy(String(request.body)) : []);
      return reply.status(204).send();
    }
    const path = `${bucket}/${key}`;
    if (request.method === 'PUT' || request.method === 'DELETE') {
      const refusal = refusalOf(request.headers);
      if (refusal === undefined) guarded.delete(path);
      else guarded.set(path, refusal);
    } else if (request.method === 'GET') {
      const byPolicy = denied.get(bucket)?.some((beginning) => key.startsWith(beginning));
      const refusal = byPolicy ? DENIED : guarded.get(path);
      if (refusal === undefined) return undefined;
      const { status, code } = refusal;
      const xml = `<Error><Code>${code}</Code></Error>`;
      return reply.status(status).type('application/xml').send(xml);
    }
    return undefined;
  });
}

/**
 * Refuses the objects that S3 refuses and fauxqs takes: keys above 1,024 bytes, metadata above 2 KB, and bodies that
 * are not what their Content-MD5 or checksum says. Remove it once its s3/actions/putObject refuses these.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { buildApp } from 'fauxqs';

type App = ReturnType<typeof buildApp>;
type Headers = Readonly<Record<string, unknown>>;

const KEY_BYTES_MAX = 1_024;
const METADATA_BYTES_MAX = 2_048;
const METADATA = 'x-amz-meta-';

/** The headers that say what a body is, each with the function that computes it, in base64. */
const DIGESTS: Readonly<Record<string, (body: Buffer) => string>> = {
  'content-md5': (body) => createHash('md5').update(body).digest('base64'),
  'x-amz-checksum-sha256': (body) => createHash('sha256').update(body).digest('base64'),
  'x-amz-checksum-sha1': (body) => createHash('sha1').update(body).digest('base64'),
  'x-amz-checksum-crc32': (body) => {
    const four = Buffer.alloc(4);
    four.writeUInt32BE(crc32(body));
    return four.toString('base64');
  },
};

/** Adds them to an app before it listens. */
export function refuseObjects(app: App): void {
  app.addHook('preHandler', async (request, reply) => {
    const { '*': key = '' } = request.params as Readonly<Record<string, string | undefined>>;
    if (key === '') return undefined;
    const code =
      Buffer.byteLength(key) > KEY_BYTES_MAX
        ? 'KeyTooLongError'
        : request.method === 'PUT' && problemOf(request.headers, request.body);
    if (!code) return undefined;
    return reply.status(400).type('application/xml').send(`<Error><Code>${code}</Code></Error>`);
  });
}

/** The code of the error, if there is one. */
function problemOf(headers: Headers, body: unknown): string | undefined {
  if (metadataBytes(headers) > METADATA_BYTES_MAX) return 'MetadataTooLarge';
  // In chunks it is signed in pieces, and a checksum follows it.
  if (String(headers['content-encoding'] ?? '').includes('aws-chunked')) return undefined;
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(String(body ?? ''));
  const wrong = Object.entries(DIGESTS).some(
    ([name, digest]) => headers[name] !== undefined && headers[name] !== digest(bytes),
  );
  return wrong ? 'BadDigest' : undefined;
}

function metadataBytes(headers: Headers): number {
  const sizes = Object.entries(headers)
    .filter(([name]) => name.startsWith(METADATA))
    .map(([name, value]) => name.length - METADATA.length + Buffer.byteLength(String(value)));
  return sizes.reduce((sum, size) => sum + size, 0);
}

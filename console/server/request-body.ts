import type { IncomingMessage } from 'node:http';
import { Failure } from './failure.ts';

/** Enough for the ids of a few thousand entries. */
const BYTES_MAX = 256 * 1024;

/** The JSON of a POST. Forms are refused, because a browser lets any page send one. */
export async function jsonOf(request: IncomingMessage): Promise<unknown> {
  const type = request.headers['content-type'] ?? '';
  if (!/^application\/json(?:;|$)/i.test(type)) {
    throw new Failure('usage', 'a POST must be application/json');
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > BYTES_MAX)
      throw new Failure('usage', `a request may have at most ${BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new Failure('usage', 'the request is not JSON');
  }
}

/**
 * One request to the FHIR server: https://hl7.org/fhir/R4/http.html#update. Rejects if there is no
 * response, or the signal aborts. A redirect is a response.
 */

import { beginningOf } from '../../breaker/beginning-of.ts';
import { type Said, saidIn } from '../../core/delivery/delivery-meaning.ts';
import type { TraceContext } from '../../core/message/messages.ts';
import type { faultOf } from '../../telemetry/log.ts';
import type { DeliverParts } from './parts.ts';

export interface Answer extends Said {
  readonly retryAfter: string | null;
  /** The version of the resource at the server, from its ETag. */
  readonly version: string | undefined;
  /** For an error: the server's OperationOutcome or other text, cut. */
  readonly body: string;
  /** Why there is no answer: names and codes, as of DNS or TLS. */
  readonly fault?: ReturnType<typeof faultOf>;
}

/** The resource, the server and the trace of a request. */
export interface About {
  readonly endpoint: string;
  readonly resourceType: string;
  readonly id: string;
  readonly correlationId: string;
  readonly trace: TraceContext | undefined;
}

export interface Put extends About {
  readonly text: string;
  readonly version: string | undefined;
}

/** Only a whole text can be recognised as an OperationOutcome. */
const BODY_CHARACTERS_MAX = 1024 * 1024;
/** The beginning of a page for people. */
const PAGE_CHARACTERS_MAX = 1024;

type Sending = Pick<DeliverParts, 'fetch' | 'traces'>;

export async function put(
  { fetch, traces }: Sending,
  resource: Put,
  token: string | undefined,
  signal: AbortSignal,
): Promise<Answer> {
  const { text, version } = resource;
  const response = await fetch(urlOf(resource), {
    method: 'PUT',
    body: text,
    redirect: 'manual',
    signal,
    headers: {
      ...headersOf(resource, token),
      'content-type': 'application/fhir+json',
      prefer: 'return=minimal',
      ...(version !== undefined && { 'if-match': version }),
    },
  });
  // Not the address: an id is part of it (R08).
  traces.say({ 'http.request.method': 'PUT', 'http.response.status_code': response.status });
  return answerIn(response);
}

async function answerIn(response: Response): Promise<Answer> {
  const { status, headers } = response;
  const body = await bodyOf(response);
  return {
    ...saidIn(status, body, headers),
    retryAfter: headers.get('retry-after'),
    version: versionOf(headers),
    body,
  };
}

/**
 * A server that says 2xx has stored it, whether or not the rest of its answer arrives: otherwise one whose bodies do
 * not end would get the same PUT for ever. A page may come from something else, so it must be read.
 */
async function bodyOf(response: Response): Promise<string> {
  if (!response.ok) return beginningOf(response, BODY_CHARACTERS_MAX);
  const isMarkup = response.headers.get('content-type')?.includes('html') === true;
  return beginningOf(response, PAGE_CHARACTERS_MAX).catch((fault: unknown) => {
    if (isMarkup) throw fault;
    return '';
  });
}

/** Reads the version that the server holds: the headers have it, so only the body of an error is loaded whole. */
export async function getVersion(
  { fetch, traces }: Sending,
  about: About,
  token: string | undefined,
  signal: AbortSignal,
): Promise<Answer> {
  const response = await fetch(urlOf(about), {
    redirect: 'manual',
    signal,
    headers: headersOf(about, token),
  });
  traces.say({ 'http.request.method': 'GET', 'http.response.status_code': response.status });
  return answerIn(response);
}

/** An empty ETag names no version, and `If-Match: *` would accept any: RFC 9110, 13.1.1. */
function versionOf(headers: Headers): string | undefined {
  const etag = headers.get('etag') ?? '';
  return etag === '' || etag === '*' ? undefined : etag;
}

function urlOf({ endpoint, resourceType, id }: About): string {
  return `${endpoint}/${encodeURIComponent(resourceType)}/${encodeURIComponent(id)}`;
}

function headersOf({ correlationId, trace }: About, token: string | undefined) {
  return {
    accept: 'application/fhir+json',
    // An idle connection may be lost while the environment is frozen, and a healthy server must not fail for that:
    // https://docs.aws.amazon.com/lambda/latest/dg/best-practices.html
    connection: 'close',
    // https://hl7.org/fhir/R4/http.html#custom
    'x-correlation-id': correlationId,
    ...trace,
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
}

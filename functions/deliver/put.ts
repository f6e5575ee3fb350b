/** One PUT to the FHIR server: https://hl7.org/fhir/R4/http.html#update */
import type { TraceContext } from '../../core/messages.ts';
import { beginningOf } from '../beginning-of.ts';
import { say } from '../traces.ts';
import { environment } from './environment.ts';

export interface Answer {
  readonly status: number;
  readonly retryAfter: string | null;
  /** The version that the server gave it, as its ETag. */
  readonly version: string | undefined;
  /** Of an error: the server's OperationOutcome, or whatever it says, cut. */
  readonly body: string;
}

export interface Put {
  readonly resourceType: string;
  readonly id: string;
  readonly text: string;
  readonly version: string | undefined;
  readonly correlationId: string;
  readonly trace: TraceContext | undefined;
}

const BODY_CHARACTERS_MAX = 64 * 1024;

/** Rejects where there is no answer, or the signal aborts. A redirect is an answer. */
export async function put(resource: Put, token: string | undefined, signal: AbortSignal) {
  const { resourceType, id, text, version, correlationId, trace } = resource;
  const url = `${environment.endpoint}/${encodeURIComponent(resourceType)}/${encodeURIComponent(id)}`;
  const response = await fetch(url, {
    method: 'PUT',
    body: text,
    redirect: 'manual',
    signal,
    headers: {
      'content-type': 'application/fhir+json',
      accept: 'application/fhir+json',
      prefer: 'return=minimal',
      // https://hl7.org/fhir/R4/http.html#custom
      'x-correlation-id': correlationId,
      ...trace,
      ...(version !== undefined && { 'if-match': version }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
  });
  const { status, headers } = response;
  // Not the address: an id is part of it (R08).
  say({ 'http.request.method': 'PUT', 'http.response.status_code': status });
  const answer: Answer = {
    status,
    retryAfter: headers.get('retry-after'),
    version: headers.get('etag') ?? undefined,
    body: await beginningOf(response, BODY_CHARACTERS_MAX),
  };
  return answer;
}

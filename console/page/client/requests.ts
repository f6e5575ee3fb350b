/**
 * Sends requests to the console's server. Returns the response, or the reason why there is none.
 */
import { type Failed, type FailureKind, TOKEN_HEADER } from '../../contract/routes.ts';
import { takeToken } from './token.ts';

const token = takeToken();

interface Failure {
  /** `offline`: the server does not respond. */
  readonly kind: FailureKind | 'offline';
  readonly message: string;
}
export type Answer<T> = { readonly ok: T } | { readonly failure: Failure };

const OFFLINE: Failure = {
  kind: 'offline',
  message: 'The console’s server does not answer. Is the command that started it still running?',
};

export async function get<T>(
  route: string,
  query: Readonly<Record<string, string | undefined>> = {},
  signal?: AbortSignal,
): Promise<Answer<T>> {
  const given = Object.entries(query).filter((field): field is [string, string] => !!field[1]);
  const search = given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
  return answerOf(await send(`${route}${search}`, { ...(signal && { signal }) }));
}

export async function post<T>(route: string, body: unknown): Promise<Answer<T>> {
  const headers = { 'content-type': 'application/json' };
  return answerOf(await send(route, { method: 'POST', headers, body: JSON.stringify(body) }));
}

/** Undefined if the server does not respond. */
export async function send(path: string, init: RequestInit): Promise<Response | undefined> {
  try {
    const headers = { ...init.headers, [TOKEN_HEADER]: token };
    return await fetch(path, { cache: 'no-store', ...init, headers });
  } catch {
    return undefined;
  }
}

export async function failureOf(response: Response): Promise<Failure> {
  const { error } = ((await response.json().catch(() => ({}))) as Partial<Failed>) ?? {};
  return error ?? { kind: 'failing', message: `The server answered ${response.status}.` };
}

async function answerOf<T>(response: Response | undefined): Promise<Answer<T>> {
  if (response === undefined) return { failure: OFFLINE };
  if (!response.ok) return { failure: await failureOf(response) };
  try {
    return { ok: (await response.json()) as T };
  } catch {
    return { failure: { kind: 'failing', message: 'The answer was cut off.' } };
  }
}

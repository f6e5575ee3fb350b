/** Sends requests to the runtime of `npm start` (packages/local-lambda/control.ts). */
import { FUNCTIONS } from '../../core/supervision/supervision-tree.ts';
import { FUNCTIONS_PATH } from '../../packages/local-lambda/control.ts';
import { TargetError } from '../target.ts';
import { UsageError } from '../usage-error.ts';

/** Something else, or nothing, answers at the endpoint. */
export class NoRuntime extends TargetError {}

/** A busy runtime takes seconds; what has not answered by then never does. */
const ANSWER_MS = 30_000;

/** @throws UsageError, NoRuntime */
export async function askRuntime<T>(
  method: 'GET' | 'PUT' | 'DELETE',
  path: string,
  withinMs: number = ANSWER_MS,
): Promise<T[]> {
  const response = await reachRuntime(method, path, AbortSignal.timeout(withinMs));
  return (await response.json()) as T[];
}

/** Whether the environment variables point to a running `npm start`. */
export async function hasRuntime(withinMs?: number): Promise<boolean> {
  try {
    await askRuntime('GET', FUNCTIONS_PATH, withinMs);
    return true;
  } catch (error) {
    if (error instanceof NoRuntime || error instanceof UsageError) return false;
    throw error;
  }
}

/** The response, with an unread body. @throws as {@link askRuntime} */
export async function reachRuntime(
  method: string,
  path: string,
  signal?: AbortSignal,
): Promise<Response> {
  const endpoint = process.env['AWS_ENDPOINT_URL'];
  if (endpoint === undefined) {
    throw new UsageError('set AWS_ENDPOINT_URL with the line that `npm start` prints');
  }
  const url = new URL(path, endpoint);
  const request = { method, ...(signal !== undefined && { signal }) };
  const response = await fetch(url, request).catch((cause: unknown) => {
    throw new NoRuntime(`nothing answers at ${url.origin}: is \`npm start\` running?`, { cause });
  });
  const type = response.headers.get('content-type') ?? '';
  if (!response.ok || !/^application\/(?:x-nd)?json$/.test(type)) {
    throw new NoRuntime(`the server at ${url.origin} is not \`npm start\``);
  }
  return response;
}

/** Without the prefix that names the stage, which may contain a hyphen. */
export const shortOf = (functionName: string) =>
  FUNCTIONS.find((each) => functionName.endsWith(`-${each}`)) ??
  functionName.replace(/^fhir-failsafe-[^-]+-/, '');

/**
 * What a person may ask of the runtime itself, which AWS has no call for: which environments live, and that
 * those of a function are killed. No bucket can be called `_local`.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';

export const CONTROL_PATH = '/_local/environments';

export interface LiveEnvironment {
  readonly functionName: string;
  readonly pid: number;
}

export interface Control {
  environments(): readonly LiveEnvironment[];
}

/** GET answers with all environments, DELETE `…/NAME` kills a function's, and answers with these. */
export function answerControl(
  { method, url = '' }: Pick<IncomingMessage, 'method' | 'url'>,
  response: ServerResponse,
  control: Control,
): void {
  // Names of functions have no character that an address would write otherwise.
  const name = url.slice(CONTROL_PATH.length + 1);
  const all = control.environments();
  if (method === 'GET') answer(response, 200, all);
  else if (method === 'DELETE') {
    const its = all.filter(({ functionName }) => functionName === name);
    answer(
      response,
      200,
      its.filter(({ pid }) => kill(pid)),
    );
  } else answer(response, 405, []);
}

/** With whatever it started. @returns false where it was gone already */
function kill(pid: number): boolean {
  try {
    process.kill(-pid, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
}

function answer(response: ServerResponse, status: number, body: readonly LiveEnvironment[]): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

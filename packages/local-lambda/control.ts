/**
 * Requests to the runtime itself, which AWS has no API for: list environments, kill those of a
 * function, break a function's deployment, read the metrics that CloudWatch would take from the
 * logs. The path cannot collide: no bucket can be named `_local`.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LogLine } from './lambda/platform-log.ts';

export const CONTROL_PATH = '/_local';
export const ENVIRONMENTS_PATH = `${CONTROL_PATH}/environments`;
export const FUNCTIONS_PATH = `${CONTROL_PATH}/functions`;
export const METRICS_PATH = `${CONTROL_PATH}/metrics`;
export const LOGS_PATH = `${CONTROL_PATH}/logs`;

export interface LiveEnvironment {
  readonly functionName: string;
  readonly pid: number;
  /** Whether it runs an invocation. Otherwise it is frozen. */
  readonly busy: boolean;
}

export interface LocalFunction {
  readonly functionName: string;
  /** The deployed code fails to load. */
  readonly broken: boolean;
}

export type LoggedLine = Pick<LogLine, 'functionName' | 'line'>;

export interface Control {
  environments(): readonly LiveEnvironment[];
  functions(): readonly LocalFunction[];
  /** Deploys a function that fails to load, or the previous one again. */
  breakFunction(functionName: string, broken: boolean): void;
  /**
   * Calls the listener for each line in embedded metric format, until the returned function is
   * called.
   */
  listen(listener: (line: LoggedLine) => void): () => void;
  /** Lines of all logs that contain this text. */
  findLines(text: string): Promise<readonly LoggedLine[]>;
}

/**
 * GET returns all environments, or all functions. `GET …/metrics` streams lines until the client
 * disconnects. `GET …/logs/TEXT` returns log lines. DELETE `…/environments/NAME` kills a function's
 * environments and returns them. PUT `…/functions/NAME` breaks the function, DELETE repairs it;
 * both return it.
 */
export async function answerControl(
  { method, url = '' }: Pick<IncomingMessage, 'method' | 'url'>,
  response: ServerResponse,
  control: Control,
): Promise<void> {
  // Function names contain no character that a URL would escape.
  const [, , what = '', name = ''] = url.split('/');
  if (method === 'GET' && what === 'metrics') streamMetrics(response, control);
  else answer(response, await answerOf(`${method} ${what}`, name, control));
}

/** Undefined if there is no such request. */
async function answerOf(
  asked: string,
  name: string,
  control: Control,
): Promise<readonly object[] | undefined> {
  switch (asked) {
    case 'GET environments':
      return control.environments();
    case 'DELETE environments':
      return killed(control, name);
    case 'GET functions':
      return control.functions();
    case 'PUT functions':
    case 'DELETE functions': {
      control.breakFunction(name, asked === 'PUT functions');
      return control.functions().filter(({ functionName }) => functionName === name);
    }
    case 'GET logs':
      return name === '' ? [] : control.findLines(name);
    default:
      return undefined;
  }
}

function killed(control: Control, name: string): LiveEnvironment[] {
  const environments = control.environments().filter(({ functionName }) => functionName === name);
  return environments.filter(({ pid }) => kill(pid));
}

/** Kills the process with everything that it started. @returns false if it was already gone */
function kill(pid: number): boolean {
  try {
    process.kill(-pid, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
}

function streamMetrics(response: ServerResponse, control: Control): void {
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  response.flushHeaders();
  const end = control.listen(({ functionName, line }) => {
    response.write(`${JSON.stringify({ functionName, line })}\n`);
  });
  response.on('close', end);
}

function answer(response: ServerResponse, body: readonly object[] | undefined): void {
  response.writeHead(body === undefined ? 405 : 200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body ?? []));
}

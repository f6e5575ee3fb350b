/**
 * What a person may ask of the runtime itself, which AWS has no call for: which environments live, and that
 * those of a function are killed; that a function's deployment does not load; the metrics that CloudWatch would
 * take from the logs. No bucket can be called `_local`.
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
  /** Whether it runs an invocation at the moment; else it is frozen. */
  readonly busy: boolean;
}

export interface LocalFunction {
  readonly functionName: string;
  /** What is deployed of it does not load. */
  readonly broken: boolean;
}

export type LoggedLine = Pick<LogLine, 'functionName' | 'line'>;

export interface Control {
  environments(): readonly LiveEnvironment[];
  functions(): readonly LocalFunction[];
  /** Deploys a function that does not load, or what there was before. */
  breakFunction(functionName: string, broken: boolean): void;
  /** Tells of each line in embedded metric format from now on, until what it answers is called. */
  listen(listener: (line: LoggedLine) => void): () => void;
  /** The lines of all logs that hold this text. */
  findLines(text: string): Promise<readonly LoggedLine[]>;
}

/**
 * GET answers with all environments, or all functions; `GET …/metrics` with lines as they come, until whoever
 * asked hangs up, `GET …/logs/TEXT` with what was logged. DELETE `…/environments/NAME` kills a function's, and answers with these. PUT
 * `…/functions/NAME` breaks it, DELETE mends it, and both answer with it.
 */
export async function answerControl(
  { method, url = '' }: Pick<IncomingMessage, 'method' | 'url'>,
  response: ServerResponse,
  control: Control,
): Promise<void> {
  // Names of functions have no character that an address would write otherwise.
  const [, , what = '', name = ''] = url.split('/');
  if (method === 'GET' && what === 'metrics') streamMetrics(response, control);
  else answer(response, await answerOf(`${method} ${what}`, name, control));
}

/** Undefined where that is nothing to ask. */
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
  const its = control.environments().filter(({ functionName }) => functionName === name);
  return its.filter(({ pid }) => kill(pid));
}

/** With everything it started. @returns false if it was gone already */
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

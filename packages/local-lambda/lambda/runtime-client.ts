import assert from 'node:assert';
import { Agent, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';

/** One event to handle, as the Runtime API returns it. */
export type Invocation = {
  requestId: string;
  deadlineMs: number;
  functionArn: string;
  payload: string;
};

const base = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/`;
const agent = new Agent({ keepAlive: true });

/** Waits without a limit for the next invocation. Rejects when the host is gone. */
export async function fetchNext(): Promise<Invocation> {
  const response = await send('GET', 'invocation/next');
  const header = (name: string) => String(response.headers[`lambda-runtime-${name}`]);
  return {
    requestId: header('aws-request-id'),
    deadlineMs: Number(header('deadline-ms')),
    functionArn: header('invoked-function-arn'),
    payload: await text(response),
  };
}

/** Reports a response or an error. Rejects when the host is gone. */
export async function post(path: string, value: unknown): Promise<void> {
  const response = await send('POST', path, JSON.stringify(value));
  response.resume();
  assert(response.statusCode === 202, `the Runtime API answered ${response.statusCode}`);
}

/** Uses node:http, because fetch gives up a long poll after five minutes. */
function send(method: string, path: string, body = ''): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request(base + path, { method, agent }, resolve)
      .on('error', reject)
      .end(body);
  });
}

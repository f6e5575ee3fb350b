/**
 * One loopback port in front of all services, so that a single AWS_ENDPOINT_URL is enough. The
 * scope of a request's signature names its service. Signatures are not checked, so requests of web
 * pages are refused (loopback.ts).
 */
import { once } from 'node:events';
import {
  Agent,
  createServer,
  type IncomingMessage,
  type ServerResponse,
  request as send,
} from 'node:http';
import { pipeline } from 'node:stream';
import type { ServiceEndpoints } from './clients.ts';
import { answerControl, CONTROL_PATH, type Control } from './control.ts';
import { guardLoopback } from './loopback.ts';

export type Gateway = {
  endpoint: string;
  /** From this call on, it answers requests to the runtime itself (control.ts). */
  serve(control: Control): void;
  stop(): Promise<void>;
};

/** The requested port is not available. */
export class PortError extends Error {
  override readonly name = 'PortError';
}

export async function startGateway(endpoints: ServiceEndpoints, port: number): Promise<Gateway> {
  const agent = new Agent({ keepAlive: true });
  const targets: Record<string, string> = {
    sqs: endpoints.sqs,
    sns: endpoints.sqs,
    s3: endpoints.sqs,
    sts: endpoints.sqs,
    dynamodb: endpoints.dynamodb,
    lambda: endpoints.lambda,
    secretsmanager: endpoints.secretsmanager,
  };
  let control: Control | undefined;
  const server = createServer((req, res) => {
    if (control !== undefined && req.url?.startsWith(`${CONTROL_PATH}/`)) {
      return answerControl(req, res, control);
    }
    const service = serviceOf(req);
    const target = targets[service];
    if (target) forward(agent, target, req, res);
    else refuse(res, service);
  });
  guardLoopback(server);
  server.listen(port, '127.0.0.1');
  await once(server, 'listening').catch((cause: Error) => {
    throw new PortError(`port ${port} cannot be used: ${cause.message}`, { cause });
  });
  const address = server.address();
  const bound = typeof address === 'object' ? address?.port : port;
  return {
    endpoint: `http://127.0.0.1:${bound}`,
    serve(its) {
      control = its;
    },
    async stop() {
      agent.destroy();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** `…Credential=KEY/DATE/REGION/SERVICE/aws4_request…`, in a header or in a presigned URL. */
const SCOPE = /Credential=[^/]+\/\d{8}\/[^/]+\/([a-z0-9-]+)\/aws4_request/;

/** The service of a request. S3 for an unsigned one. */
export function serviceOf(req: Pick<IncomingMessage, 'headers' | 'url'>): string {
  // A presigned URL has %2F for the slashes of the scope. Nothing else in it needs decoding.
  const signed = `${req.headers.authorization ?? ''} ${req.url?.replaceAll(/%2f/gi, '/') ?? ''}`;
  const scope = SCOPE.exec(signed)?.[1];
  if (scope) return scope;
  const target = String(req.headers['x-amz-target'] ?? '');
  if (target.startsWith('DynamoDB_')) return 'dynamodb';
  if (target.startsWith('AmazonSQS.')) return 'sqs';
  const form = req.headers['content-type']?.startsWith('application/x-www-form-urlencoded');
  return form ? 'sns' : 's3';
}

function forward(agent: Agent, target: string, req: IncomingMessage, res: ServerResponse): void {
  const { method = 'GET', headers, url: path = '/' } = req;
  const { hostname, port } = new URL(target);
  // The path is passed on unchanged: parsing and building a URL may change it.
  const onward = send({ hostname, port, path, agent, method, headers }, (answer) => {
    // The client may have disconnected.
    if (res.destroyed) {
      answer.destroy();
      return;
    }
    res.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    pipeline(answer, res, () => {});
  });
  onward.on('error', () => {
    if (res.headersSent) res.destroy();
    else res.writeHead(502).end();
  });
  pipeline(req, onward, () => {});
}

function refuse(res: ServerResponse, service: string): void {
  const message = `${service} is not imitated by the local runtime`;
  res.writeHead(501, { 'content-type': 'application/x-amz-json-1.0' });
  res.end(JSON.stringify({ __type: 'NotImplemented', message }));
}

/**
 * The part of Lambda's REST API that the supervisor and operators use: event source mappings are
 * read and changed, functions are invoked. It must listen before the functions' environments exist,
 * because they get its address. It can answer only when functions and mappings exist. Until then it
 * is unavailable, and the SDK tries again.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { callerOf } from '../access/caller.ts';
import type { Asked, Permissions } from '../access/permissions.ts';
import { losingConnections } from '../emulators/lost-connections.ts';
import type { SwitchedMapping } from '../event-source/switched-mapping.ts';
import type { FunctionSpec } from '../lambda/function-spec.ts';
import { guardLoopback } from '../loopback.ts';
import { arn, nameOfArn } from '../template/account.ts';
import {
  type Answer,
  configurationOf,
  functionOf,
  type InvokeNow,
  invoke,
} from './function-actions.ts';
import { get, list, update } from './mapping-actions.ts';
import { Refusal } from './refusal.ts';

/** The functions and mappings that it serves. */
export type LambdaService = {
  functions: Map<string, FunctionSpec>;
  mappings: readonly SwitchedMapping[];
  invokeNow: InvokeNow;
};

export type LambdaApi = {
  endpoint: string;
  /** From this call on, requests are answered. */
  serve(service: LambdaService): void;
  /** Drops the idle connections of this client (its AWS_SDK_UA_APP_ID) without telling it. */
  loseConnections(clientId: string): void;
  stop(): Promise<void>;
};

/** @param permissions of the functions that call it */
export async function startLambdaApi(permissions?: Permissions): Promise<LambdaApi> {
  let service: LambdaService | undefined;
  const server = createServer({ requestTimeout: 0 }, async (req, res) => {
    const answer = await respond(service, req, permissions).catch(failure);
    res.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
    res.end(answer.body);
  });
  guardLoopback(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    endpoint: `http://127.0.0.1:${typeof address === 'object' ? address?.port : address}`,
    serve(there) {
      service = there;
    },
    loseConnections: losingConnections(server),
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

const MAPPINGS = /^\/2015-03-31\/event-source-mappings\/?([^/]*)$/;
const FUNCTION = /^\/2015-03-31\/functions\/([^/]+)(\/invocations|\/configuration)?$/;

async function respond(
  service: LambdaService | undefined,
  req: IncomingMessage,
  permissions: Permissions | undefined,
): Promise<Answer> {
  const body = await text(req);
  if (!service) throw new Refusal(503, 'ServiceUnavailableException', 'the stack is starting');
  const { pathname, searchParams } = new URL(req.url ?? '/', 'http://local');
  const path = decodeURIComponent(pathname);
  const asked = askedOfLambda(req.method, path);
  const refusal = asked && permissions?.refusalOf(callerOf(req), asked);
  if (refusal) throw new Refusal(403, 'AccessDeniedException', refusal.message);
  const [mappingPath, uuid = ''] = MAPPINGS.exec(path) ?? [];
  if (mappingPath && req.method === 'PUT') {
    return json(update(service.mappings, uuid, JSON.parse(body)), 202);
  }
  if (mappingPath && req.method === 'GET') {
    return json(uuid ? get(service.mappings, uuid) : list(service.mappings, searchParams));
  }
  const [functionPath, name = '', action] = FUNCTION.exec(path) ?? [];
  if (!functionPath) {
    const message = `${req.method} ${path} is not imitated by the local runtime`;
    throw new Refusal(501, 'NotImplementedException', message);
  }
  const spec = functionOf(service.functions, name);
  if (action === '/invocations') {
    const type = req.headers['x-amz-invocation-type'];
    return await invoke(spec, type?.toString(), body, service.invokeNow);
  }
  const configuration = configurationOf(spec);
  return json(action ? configuration : { Configuration: configuration });
}

/** Undefined for what is not imitated. */
function askedOfLambda(method: string | undefined, path: string): Asked | undefined {
  const [mappingPath, uuid = ''] = MAPPINGS.exec(path) ?? [];
  if (mappingPath) {
    if (uuid === '') return { action: 'lambda:ListEventSourceMappings', resource: '*' };
    const verb = method === 'PUT' ? 'Update' : 'Get';
    const resource = arn('lambda', `event-source-mapping:${uuid}`);
    return { action: `lambda:${verb}EventSourceMapping`, resource };
  }
  const [functionPath, name = '', action = ''] = FUNCTION.exec(path) ?? [];
  if (!functionPath) return undefined;
  const resource = arn('lambda', `function:${nameOfArn(name)}`);
  return { action: FUNCTION_ACTIONS[action] ?? 'lambda:GetFunction', resource };
}

const FUNCTION_ACTIONS: Readonly<Record<string, string>> = {
  '/invocations': 'lambda:InvokeFunction',
  '/configuration': 'lambda:GetFunctionConfiguration',
};

function json(value: object, status = 200): Answer {
  return { status, headers: {}, body: JSON.stringify(value) };
}

function failure(error: unknown): Answer {
  const refusal =
    error instanceof Refusal ? error : new Refusal(500, 'ServiceException', String(error));
  return {
    status: refusal.status,
    headers: { 'x-amzn-errortype': refusal.type },
    body: JSON.stringify({ Type: 'User', Message: refusal.message }),
  };
}

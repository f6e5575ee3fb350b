/** Lets dynalite refuse the calls that a function's role may not make. */
import type { IncomingMessage, Server } from 'node:http';
import { type Caller, callerOf } from './caller.ts';
import type { Permissions, Refusal } from './permissions.ts';
import { askedOfDynamoDb, type TableCall } from './table-calls.ts';

type Done = (error?: unknown, answer?: unknown) => void;
export type Action = (store: unknown, call: TableCall, done: Done) => void;

/**
 * dynalite's handler reads the body, and calls the action in the event that ends it. So this knows whose
 * call it is.
 */
let caller: Caller | undefined;

/** Notes who sends each request. Called before the server has other listeners of requests than its own. */
export function noteCallers(server: Server): void {
  server.prependListener('request', (request: IncomingMessage) => {
    request.on('end', () => {
      caller = callerOf(request);
    });
  });
}

/** An action that refuses. `operation` is its name, such as `GetItem`. */
export function guarding(permissions: Permissions): (operation: string, action: Action) => Action {
  return (operation, action) => (store, call, done) => {
    const asked = caller ? askedOfDynamoDb(operation, call, permissions.access.keyAttributes) : [];
    for (const one of asked) {
      const refusal = permissions.refusalOf(caller, one);
      if (refusal) return done(errorOf(refusal));
    }
    return action(store, call, done);
  };
}

function errorOf({ message }: Refusal): object {
  const __type = 'com.amazon.coral.service#AccessDeniedException';
  return { statusCode: 400, body: { __type, Message: message } };
}

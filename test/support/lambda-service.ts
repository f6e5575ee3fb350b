/**
 * Lambda's REST API as far as supervision needs it, on loopback, for the real SDK client: mappings
 * that change in the background, and functions that are invoked and waited for.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

export interface ServedMapping {
  enabled: boolean;
  maxConcurrency: number;
  /** How many reads a change stays under way. */
  changing: number;
}

/** Answers an invocation; what it throws is the function's error. */
type Invoked = (event: unknown) => Promise<unknown>;

export class LambdaService {
  readonly mappings = new Map<string, ServedMapping>();
  readonly functions = new Map<string, Invoked>();
  /** How many reads a change takes from now on. */
  readsToChange = 0;
  /** Changes that were made, in order. */
  readonly changes: { uuid: string; enabled: boolean; maxConcurrency: number }[] = [];
  readonly #server = createServer((request, response) => this.#answer(request, response));

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const { port } = this.#server.address() as AddressInfo;
    process.env['AWS_ENDPOINT_URL_LAMBDA'] = `http://127.0.0.1:${port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, , kind, name = ''] = (request.url ?? '').split('/').map(decodeURIComponent);
    const body = request.method === 'GET' ? undefined : await json(request);
    const { status, headers, value } =
      kind === 'functions'
        ? await this.#invoke(name, body)
        : this.#mapping(request.method, name, body);
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(value));
  }

  #mapping(method: string | undefined, uuid: string, body: unknown) {
    const mapping = this.mappings.get(uuid);
    if (mapping === undefined) return refusal(404, 'ResourceNotFoundException');
    if (method === 'PUT') {
      if (mapping.changing > 0) return refusal(400, 'ResourceInUseException');
      const { Enabled, ScalingConfig } = body as {
        Enabled: boolean;
        ScalingConfig: { MaximumConcurrency: number };
      };
      mapping.enabled = Enabled;
      mapping.maxConcurrency = ScalingConfig.MaximumConcurrency;
      mapping.changing = this.readsToChange;
      this.changes.push({ uuid, enabled: Enabled, maxConcurrency: mapping.maxConcurrency });
    } else if (mapping.changing > 0) {
      mapping.changing -= 1;
    }
    const settled = mapping.enabled ? 'Enabled' : 'Disabled';
    const State = mapping.changing > 0 ? settled.replace(/ed$/, 'ing') : settled;
    const ScalingConfig = { MaximumConcurrency: mapping.maxConcurrency };
    return { status: 200, headers: {}, value: { UUID: uuid, State, ScalingConfig } };
  }

  async #invoke(name: string, event: unknown) {
    const invoked = this.functions.get(name);
    if (invoked === undefined) return refusal(404, 'ResourceNotFoundException');
    try {
      return { status: 200, headers: {}, value: await invoked(event) };
    } catch (error) {
      const headers = { 'x-amz-function-error': 'Unhandled' };
      return { status: 200, headers, value: { errorMessage: String(error) } };
    }
  }
}

function refusal(status: number, type: string) {
  return { status, headers: { 'x-amzn-errortype': type }, value: { Type: 'User', message: type } };
}

/** A stand-in for the FHIR server downstream: stores what is PUT, with versions, and reads it. */
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { type Call, type StandIn, type StandInOptions, say, startStandIn } from './stand-in.ts';

export interface Held {
  readonly version: number;
  readonly body: string;
}

export interface Downstream extends StandIn {
  /** What it holds, by `<type>/<id>`. */
  readonly resources: ReadonlyMap<string, Held>;
  /** Called with each body that was stored. */
  onStored: (key: string, body: string, headers: IncomingHttpHeaders) => void;
}

export interface DownstreamOptions extends StandInOptions {
  /** Without ETags no version can be named, as with servers that keep none. */
  readonly etags?: boolean;
}

export async function startDownstream(options: DownstreamOptions = {}): Promise<Downstream> {
  const { etags = true } = options;
  const resources = new Map<string, Held>();

  function serve(call: Call, response: ServerResponse) {
    if (/^\w+\/[\w.-]+$/.test(call.path)) {
      if (call.method === 'PUT') return store(call, response);
      if (call.method === 'GET') return read(call, response);
    }
    return say(response, 404, 'only PUT and GET of [base]/[type]/[id]');
  }

  function store({ path: key, headers, body }: Call, response: ServerResponse) {
    const held = resources.get(key);
    const wanted = headers['if-match'];
    if (etags && wanted !== undefined && wanted !== etag(held?.version ?? 0)) {
      return say(response, 412, 'another version is here');
    }
    const version = (held?.version ?? 0) + 1;
    resources.set(key, { version, body });
    downstream.onStored(key, body, headers);
    response.writeHead(held === undefined ? 201 : 200, versionHeader(version)).end();
  }

  function read({ path }: Call, response: ServerResponse) {
    const held = resources.get(path);
    if (held === undefined) return say(response, 404, 'there is no such resource');
    const type = { 'content-type': 'application/fhir+json' };
    response.writeHead(200, { ...type, ...versionHeader(held.version) }).end(held.body);
  }

  const versionHeader = (version: number) => (etags ? { etag: etag(version) } : undefined);

  const standIn = await startStandIn(serve, options, () => ({ resources: resources.size }));
  const downstream: Downstream = { ...standIn, resources, onStored: () => {} };
  return downstream;
}

function etag(version: number): string {
  return `W/"${version}"`;
}

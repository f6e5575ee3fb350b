/** A stand-in for the FHIR server downstream: stores what is PUT, with versions. */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { type StandIn, type StandInOptions, say, startStandIn } from './stand-in.ts';

export interface Held {
  readonly version: number;
  readonly body: string;
}

export interface Downstream extends StandIn {
  /** What it holds, by `<type>/<id>`. */
  readonly resources: ReadonlyMap<string, Held>;
  /** Told of each body that was stored. */
  onStored: (key: string, body: string, headers: IncomingHttpHeaders) => void;
}

export async function startDownstream(options: StandInOptions = {}): Promise<Downstream> {
  const resources = new Map<string, Held>();

  async function store(key: string, request: IncomingMessage, response: ServerResponse) {
    if (request.method !== 'PUT' || !/^\w+\/[\w.-]+$/.test(key)) {
      return say(response, 404, 'only PUT [base]/[type]/[id]');
    }
    const body = await text(request);
    const held = resources.get(key);
    const wanted = request.headers['if-match'];
    if (wanted !== undefined && wanted !== etag(held?.version ?? 0)) {
      return say(response, 412, 'another version is here');
    }
    const version = (held?.version ?? 0) + 1;
    resources.set(key, { version, body });
    downstream.onStored(key, body, request.headers);
    response.writeHead(held === undefined ? 201 : 200, { etag: etag(version) }).end();
  }

  const standIn = await startStandIn(store, options, () => ({ resources: resources.size }));
  const downstream: Downstream = { ...standIn, resources, onStored: () => {} };
  return downstream;
}

function etag(version: number): string {
  return `W/"${version}"`;
}

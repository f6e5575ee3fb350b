/**
 * A FHIR server. It stores what is PUT, with versions, and refuses resources that are marked as
 * refused. It may check references, as HAPI does by default.
 */
import type { Effect } from '../effects.ts';
import type { Held, HttpAnswer, HttpCall, Server } from './http-call.ts';

export interface FhirServerOptions {
  readonly base: string;
  /** Without ETags, a request cannot name a version. */
  readonly hasEtags: boolean;
  /** What it answers to a PUT that names a version of a resource that is not there. Zero: it stores it. */
  readonly absentStatus: number;
  /** Whether it requires the version of what it holds, and says so by 400: https://hl7.org/fhir/R4/http.html#concurrency. */
  readonly asksForVersion: boolean;
  /** How it refuses what refers to a resource that it does not hold. Zero: it checks no references. */
  readonly lacksStatus: number;
  /** The token that it requires. */
  token(): string;
  now(): number;
  tell(effect: Effect): void;
}

/** The natures of a resource that the server answers to (simulation/submission.ts). */
export const AT_SERVER = { refused: 'refused-by-server', failing: 'failing-at-server' } as const;

export class FhirServer implements Server {
  readonly base: string;
  /** Its resources, by `<type>/<id>`. */
  readonly resources = new Map<string, Held>();
  readonly #options: FhirServerOptions;
  #backup: { readonly resources: ReadonlyMap<string, Held>; readonly last: Versions } | undefined;
  /** The last versions of what was deleted. They go on from there. */
  readonly #last = new Map<string, number>();
  /** Until when another client's transaction holds a resource. */
  readonly #heldUntil = new Map<string, number>();
  /** How often it refused a text. */
  readonly #refused = new Map<string, number>();

  constructor(options: FhirServerOptions) {
    this.base = options.base;
    this.#options = options;
  }

  get checksReferences(): boolean {
    return this.#options.lacksStatus > 0;
  }

  backUp(): void {
    this.#backup = { resources: new Map(this.resources), last: new Map(this.#last) };
  }

  /** Brings its backup back: what came later is gone, and versions go on where they were then. False if it has none. */
  restore(): boolean {
    if (this.#backup === undefined) return false;
    const { resources, last } = this.#backup;
    this.resources.clear();
    for (const [key, held] of resources) this.resources.set(key, held);
    this.#last.clear();
    for (const [key, version] of last) this.#last.set(key, version);
    this.#options.tell({ kind: 'restored', server: this.base });
    return true;
  }

  /** Another client changes something that we do not send. */
  change(key: string): void {
    const held = this.resources.get(key);
    if (held !== undefined) this.resources.set(key, { ...held, version: held.version + 1 });
  }

  /** Another client deletes it. */
  remove(key: string): void {
    const held = this.resources.get(key);
    if (held === undefined) return;
    this.resources.delete(key);
    this.#last.set(key, held.version + 1);
    this.#options.tell({ kind: 'removed', server: this.base, key });
  }

  /** Another client's transaction keeps it until then. */
  hold(key: string, until: number): void {
    this.#heldUntil.set(key, until);
  }

  serve(call: HttpCall): HttpAnswer {
    const { token, hasEtags } = this.#options;
    if (call.headers['authorization'] !== `Bearer ${token()}`) return { status: 401 };
    const key = call.url.slice(this.base.length + 1);
    if (call.method === 'PUT') return this.#store(key, call);
    const held = this.resources.get(key);
    if (held === undefined) return outcome(this.#last.has(key) ? 410 : 404, 'not-found');
    return { status: 200, headers: hasEtags ? { etag: etagOf(held) } : {}, body: held.body };
  }

  #store(key: string, call: HttpCall): HttpAnswer {
    const { hasEtags, absentStatus, asksForVersion, now, tell } = this.#options;
    const { body } = call;
    if ((this.#heldUntil.get(key) ?? 0) > now()) return outcome(409, 'conflict');
    const held = this.resources.get(key);
    const wanted = call.headers['if-match'];
    if (hasEtags && wanted !== undefined) {
      if (held !== undefined && wanted !== etagOf(held)) return outcome(412, 'conflict');
      if (held === undefined && absentStatus > 0) return outcome(absentStatus, 'not-found');
    }
    const isAskedFor = hasEtags && asksForVersion && held !== undefined;
    if (isAskedFor && wanted === undefined) return outcome(400, 'invalid');
    const [resourceType] = key.split('/');
    if (body.includes(AT_SERVER.refused) && this.#refuses(body))
      return outcome(422, 'business-rule');
    if (this.#lacks(body)) return outcome(this.#options.lacksStatus, 'processing');
    if (body.includes(AT_SERVER.failing)) return outcome(500, 'exception', `${resourceType}.meta`);
    const version = (held?.version ?? this.#last.get(key) ?? 0) + 1;
    const stored = { version, body, at: now(), since: held?.since ?? now() };
    this.resources.set(key, stored);
    tell({ kind: 'stored', server: this.base, key, before: held, after: stored, call });
    const headers = hasEtags ? { etag: etagOf(stored) } : {};
    return { status: held === undefined ? 201 : 200, headers };
  }

  #lacks(body: string): boolean {
    if (!this.checksReferences) return false;
    return [...body.matchAll(REFERENCE)].some(([, key = '']) => !this.resources.has(key));
  }

  #refuses(body: string): boolean {
    const times = this.#refused.get(body) ?? 0;
    this.#refused.set(body, times + 1);
    return times < REFUSALS;
  }
}

/** Until somebody has changed its rules. */
const REFUSALS = 2;

type Versions = ReadonlyMap<string, number>;

/** As producers write them. */
const REFERENCE = /"reference":"([^"]+)"/g;

export const etagOf = ({ version }: Pick<Held, 'version'>) => `W/"${version}"`;

function outcome(status: number, code: string, expression?: string): HttpAnswer {
  const issue = { severity: 'error', code, ...(expression && { expression: [expression] }) };
  return { status, body: JSON.stringify({ resourceType: 'OperationOutcome', issue: [issue] }) };
}

/** A call between our code and an outside server. */

export interface HttpCall {
  /** Number of the call in the run. */
  readonly number: number;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Epoch ms of the host's call. */
  readonly begunAt: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Server {
  /** Prefix of its URLs. */
  readonly base: string;
  /** Carries out a call and returns the answer. */
  serve(call: HttpCall): HttpAnswer;
}

/** A resource on a FHIR server. */
export interface Held {
  readonly version: number;
  readonly body: string;
  /** Epoch ms, when it was stored. */
  readonly at: number;
  /** Since when the server has held the resource, in whatever version. */
  readonly since: number;
}

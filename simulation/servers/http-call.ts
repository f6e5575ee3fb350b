/** What goes over the wire between our code and a server outside, and what such a server is. */

export interface HttpCall {
  /** Counts the calls of a run. */
  readonly number: number;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Epoch ms, when the code made it. */
  readonly begunAt: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Server {
  /** What its URLs begin with. */
  readonly base: string;
  /** What it does with a call that it has carried out. */
  serve(call: HttpCall): HttpAnswer;
}

/** What a FHIR server holds of one resource. */
export interface Held {
  readonly version: number;
  readonly body: string;
  /** Epoch ms, when it was stored. */
  readonly at: number;
}

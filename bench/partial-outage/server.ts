/** A FHIR server that fails a share of its calls, in the ways that real servers fail. */

export type Kind =
  | 'healthy'
  /** The server refuses it: 422 with an OperationOutcome. */
  | 'refused'
  /** The server fails at it: 500 with an outcome that points to the element. */
  | 'fatal';

/** Status 0 stands for no answer. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly retryAfterMs?: number;
}

const outcome = (issue: object) =>
  JSON.stringify({ resourceType: 'OperationOutcome', issue: [{ severity: 'error', ...issue }] });
const OWN_FAULT = outcome({ code: 'exception', diagnostics: 'HAPI-0389: no connection' });
const AT_ELEMENT = outcome({ code: 'processing', expression: ['Patient.birthDate'] });

const FAULTS: readonly Answer[] = [
  { status: 0, body: '' },
  { status: 404, body: '<html>default backend - 404</html>' },
  { status: 429, body: OWN_FAULT, retryAfterMs: 5_000 },
  { status: 500, body: OWN_FAULT },
  { status: 502, body: '<html>Bad Gateway</html>' },
  { status: 503, body: '', retryAfterMs: 30_000 },
  { status: 504, body: '' },
];

const ANSWERS: Readonly<Record<Kind, Answer>> = {
  healthy: { status: 200, body: '' },
  refused: { status: 422, body: AT_ELEMENT },
  fatal: { status: 500, body: AT_ELEMENT },
};

/** The server's response to one call, while it fails that share of them. */
export function answerTo(kind: Kind, share: number, random: () => number): Answer {
  const fault = FAULTS[Math.floor(random() * FAULTS.length)];
  return random() < share && fault !== undefined ? fault : ANSWERS[kind];
}

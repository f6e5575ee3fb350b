/** A submission, and how it must end. */

/**
 * What validation does with a resource. `valid` and `invalid` are verdicts. The next four crash the
 * worker whenever the resource runs. `kill` ends the whole environment, or the process in which it
 * runs alone. `flaky` crashes the first time and is valid from then on. `mended` crashes and
 * `misjudged` is invalid in the first deployment, and both are valid in the next. `coded` has a code
 * that only the terminology server knows, and `unlisted` a code that it says is wrong. The FHIR server
 * refuses `refused-by-server` twice, and fails on `failing-at-server`.
 */
export const NATURES = [
  'valid',
  'invalid',
  'throw',
  'hang',
  'heap',
  'exit',
  'kill',
  'flaky',
  'mended',
  'misjudged',
  'coded',
  'unlisted',
  'refused-by-server',
  'failing-at-server',
] as const;
export type Nature = (typeof NATURES)[number];

/** How a submission differs from a plain one. A refused one is rejected without being validated. */
export type Oddity =
  /** Its body is in the bucket. */
  | 'claim-check'
  /** Its claim check names an object that does not exist. */
  | 'missing-object'
  /** Its claim check names another source's object. */
  | 'stolen-object'
  /** It claims another source than its sender's. */
  | 'spoofed'
  /** Its sender is not known. */
  | 'stranger'
  /** Its body is not JSON. */
  | 'unreadable'
  /** Its attributes cannot be read. */
  | 'odd-attributes';

export interface Submission {
  /** Id of the message in its first queue, which is the submission's identity. */
  readonly messageId: string;
  /**
   * Number of the submission. It is in the resource, and distinguishes versions of one resource.
   */
  readonly number: number;
  readonly lane: 'critical' | 'background';
  /** Its sender's source, whatever it claims. */
  readonly source: string;
  readonly resourceType: string;
  readonly id: string;
  readonly nature: Nature;
  readonly oddity: Oddity | undefined;
  /** SentTimestamp. */
  readonly sentAt: number;
  /** The submitter's order among submissions of the same millisecond. */
  readonly sequence: number | undefined;
  /** The resource, wherever its body is stored. */
  readonly text: string;
  /** Ids of the patients of its source whom its text names. The first one is its own, if it is a Patient. */
  readonly patients: readonly string[];
  /** One of them was erased after it was sent: it may be rejected instead, and its content must go. */
  isErased?: boolean;
  /** Its source may exceed its rate: it may be rejected for that, once. */
  isLimited?: boolean;
  /** What an operator sends, or has tried to send, in its place. It is valid. */
  corrected?: string;
}

/** What a producer sent, and what must become of it. */

/**
 * What validation does with a resource. `valid` and `invalid` are verdicts. The next four crash the worker
 * whenever the resource runs; `kill` ends the whole environment, or the process that it runs alone in; `flaky`
 * crashes the first time and is valid from then on.
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
] as const;
export type Nature = (typeof NATURES)[number];

/** How a submission differs from a plain one. What is refused is rejected without being validated. */
export type Oddity =
  /** Its body lies in the bucket. */
  | 'claim-check'
  /** Its claim check names an object that is not there. */
  | 'missing-object'
  /** Its claim check names another source's object. */
  | 'stolen-object'
  /** It says that it is from another source than its sender. */
  | 'spoofed'
  /** Its sender is not known. */
  | 'stranger'
  /** Its body is no JSON. */
  | 'unreadable'
  /** Its attributes cannot be read. */
  | 'odd-attributes';

export interface Submission {
  /** Of the message in its first queue: its identity. */
  readonly messageId: string;
  /** Counts what was submitted; it is in the resource, and tells versions of one resource apart. */
  readonly number: number;
  readonly lane: 'critical' | 'background';
  /** Whose it is: its sender's source, whatever it claims. */
  readonly source: string;
  readonly resourceType: string;
  readonly id: string;
  readonly nature: Nature;
  readonly oddity: Oddity | undefined;
  /** SentTimestamp. */
  readonly sentAt: number;
  /** The submitter's own order among those of the same millisecond. */
  readonly sequence: number | undefined;
  /** The resource, wherever its body lies. */
  readonly text: string;
}

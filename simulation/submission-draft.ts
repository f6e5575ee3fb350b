/** A submission before it is sent, drawn from the habits of producers. */
import { submissionsOf } from '../core/message/claim-check.ts';
import type { Source } from './outside.ts';
import type { Random } from './random.ts';
import { type Attributes, attributeBytes, REQUEST_BYTES_MAX } from './sqs/limits.ts';
import type { Nature, Oddity, Submission } from './submission.ts';

export interface Draft extends Omit<Submission, 'messageId' | 'sentAt'> {
  readonly source: Source;
  /** The text to send: the resource or a claim check. */
  readonly body: string;
  /** The key that the claim check names. */
  readonly key: string | undefined;
  readonly attributes: Attributes;
}

/** The file that all come from. */
export const FILE = 'simulated.ndjson';

/** Shares of what is sent. The rest is plain and valid. */
export interface Habits {
  readonly natures: Readonly<Partial<Record<Nature, number>>>;
  readonly oddities: Readonly<Partial<Record<Oddity, number>>>;
  /** Share of batches that are a file with one defect: all of it fails in the same way. */
  readonly badFiles: number;
  /** Share of long resources: packed where they are stored, or in the bucket. */
  readonly long: number;
  /** Share of messages that are as long as SQS takes, or nearly. */
  readonly longest: number;
  /** Share of claim checks with characters that SQS does not take, in the key and in the resource. */
  readonly illegible: number;
  /**
   * Number of ids that each source uses. With few ids, newer submissions meet older ones of the
   * same resource.
   */
  readonly ids: number;
  /** Share of resources that name another patient besides their own. Without it only Patients name one. */
  readonly refers: number;
  /** Name of the bucket for claim checks. */
  readonly bucket: string;
}

/** The system with which a resource says what it does to validation (simulation/submission.ts). */
export const NATURE_SYSTEM = 'https://fhir-failsafe.dev/simulated';

interface Intent extends Pick<Draft, 'number' | 'source' | 'lane'> {
  readonly defect?: Nature | undefined;
  /** The resource of which this is a newer version. */
  readonly of?: Pick<Draft, 'resourceType' | 'id'>;
}

export function draftOf(
  { number, source, lane, defect, of }: Intent,
  habits: Habits,
  random: Random,
): Draft {
  const oddity = drawn(habits.oddities, random);
  const isLongest = oddity === undefined && random.chance(habits.longest);
  const isIllegible = isClaimed(oddity) && random.chance(habits.illegible);
  const isSentOn = isLongest || isIllegible;
  const usual = isSentOn ? random.pick(OFTEN_SENT_ON) : drawn(habits.natures, random);
  const nature = defect ?? usual ?? 'valid';
  const any = {
    resourceType: random.pick(['Patient', 'Observation']),
    id: `r${random.below(habits.ids)}`,
  };
  const { resourceType, id } = of ?? any;
  const tag = [{ system: NATURE_SYSTEM, code: nature }];
  const identifier = [{ system: NATURE_SYSTEM, value: String(number) }];
  const note = isIllegible ? { note: [{ text: IN_TEXTS }] } : noteOf(oddity, habits, random);
  const patients = oddity === 'unreadable' ? [] : patientsOf(resourceType, id, habits, random);
  const references = referencesTo(patients, resourceType);
  const resource = { resourceType, id, meta: { tag }, identifier, ...references, ...note };
  const sequence = random.chance(0.5) ? number : undefined;
  const attributes = attributesOf({ source, number, oddity, sequence });
  const text = isLongest
    ? filled(resource, REQUEST_BYTES_MAX - attributeBytes(attributes) - random.pick(LEFT_BYTES))
    : textOf(oddity, number, resource);
  const owner = oddity === 'stolen-object' ? anotherThan(source) : source;
  const end = isIllegible ? IN_KEYS : '';
  const key = isClaimed(oddity) ? `${submissionsOf(owner)}${number}${end}` : undefined;
  const body = key === undefined ? text : claimCheck({ bucket: habits.bucket, key });
  const content = { resourceType, id, nature, oddity, sequence, text, patients };
  return { number, source, lane, ...content, key, body, attributes };
}

const OFTEN_SENT_ON = ['valid', 'throw', 'kill', 'flaky', 'misjudged', 'invalid'] as const;
/** Less than an envelope has, as much, and more. */
const LEFT_BYTES = [0, 1, 150, 400, 3_000] as const;
/** JSON takes both of these as they are, and SQS neither. */
const [IN_KEYS, IN_TEXTS] = ['\ufffe', '\uffff'];

/** As a careful producer writes it. */
const claimCheck = (s3: { readonly bucket: string; readonly key: string }) =>
  JSON.stringify({ s3 }).replace(IN_KEYS, '\\ufffe');

const textOf = (oddity: Oddity | undefined, number: number, resource: object) =>
  oddity === 'unreadable' ? `{"number":${number},` : JSON.stringify(resource);

/** With a note that fills the message: quotation marks, which take twice as much in a group of suspects. */
function filled(resource: object, bytes: number): string {
  const noted = (text: string) => JSON.stringify({ ...resource, note: [{ text }] });
  const left = bytes - noted('').length;
  return noted('x'.repeat(left % 2) + '"'.repeat(left / 2));
}

type Labelled = Pick<Draft, 'source' | 'number' | 'oddity' | 'sequence'>;

function attributesOf({ source, number, oddity, sequence }: Labelled): Attributes {
  const attribute = (StringValue: string) => ({ DataType: 'String', StringValue });
  return {
    source: attribute(oddity === 'spoofed' ? anotherThan(source) : source),
    file: attribute(FILE),
    line: attribute(oddity === 'odd-attributes' ? 'twelve' : String(number + 1)),
    ...(sequence !== undefined && { sequence: attribute(String(sequence)) }),
  };
}

/** A Patient itself, or the one whom an Observation is about; perhaps another one too. */
function patientsOf(
  resourceType: string,
  id: string,
  { refers, ids }: Habits,
  random: Random,
): readonly string[] {
  if (refers === 0) return resourceType === 'Patient' ? [id] : [];
  const other = `r${random.below(ids)}`;
  return random.chance(refers) && other !== id ? [id, other] : [id];
}

function referencesTo([own, other]: readonly string[], resourceType: string) {
  const to = (id: string) => ({ reference: `Patient/${id}` });
  return {
    ...(own !== undefined && resourceType !== 'Patient' && { subject: to(own) }),
    ...(other !== undefined && { extension: [{ url: NATURE_SYSTEM, valueReference: to(other) }] }),
  };
}

/** Characters: what is packed (aws/packed-text.ts), what an entry does not hold (aws/bodies-bucket.ts), and what fits into no item (inlineBytesMax), which comes as a claim check. */
const LONG = [600, 4_000, 10_000] as const;
const TOO_LONG = 400_000;

function noteOf(oddity: Oddity | undefined, { long }: Habits, random: Random) {
  if (!random.chance(long)) return undefined;
  const isClaim = oddity === 'claim-check' && random.chance(0.5);
  return { note: [{ text: 'long '.repeat((isClaim ? TOO_LONG : random.pick(LONG)) / 5) }] };
}

/** The same resource as it must be; undefined if nothing is wrong with the resource itself. */
export function correctedText({
  nature,
  oddity,
  resourceType,
  id,
  number,
  patients,
  text,
}: Submission): string | undefined {
  const isWrong = oddity === 'unreadable' || (oddity === undefined && WRONG.has(nature));
  if (!isWrong) return undefined;
  const tag = [{ system: NATURE_SYSTEM, code: 'valid' }];
  const identifier = [{ system: NATURE_SYSTEM, value: String(number) }];
  return JSON.stringify({
    resourceType,
    id,
    meta: { tag },
    identifier,
    ...referencesTo(patients, resourceType),
    language: 'en',
    ...(text.length > TOO_LONG && { note: (JSON.parse(text) as { note: object }).note }),
  });
}

const WRONG: ReadonlySet<Nature> = new Set([
  'invalid',
  'throw',
  'hang',
  'heap',
  'exit',
  'kill',
  'mended',
  'misjudged',
]);

const isClaimed = (oddity: Oddity | undefined): boolean =>
  oddity === 'claim-check' || oddity === 'missing-object' || oddity === 'stolen-object';

export const anotherThan = (source: Source): Source =>
  source === 'hospital-a' ? 'hospital-b' : 'hospital-a';

/** One of them, each with the probability of its share, or none. */
function drawn<T extends string>(
  shares: Readonly<Partial<Record<T, number>>>,
  random: Random,
): T | undefined {
  let left = random.fraction();
  for (const [name, share] of Object.entries(shares) as [T, number][]) {
    left -= share;
    if (left < 0) return name;
  }
  return undefined;
}

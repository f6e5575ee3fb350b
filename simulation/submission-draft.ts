/** A submission before it is sent, drawn from the habits of producers. */
import { claimCheckTo, submissionsOf } from '../core/message/claim-check.ts';
import type { Source } from './outside.ts';
import type { Random } from './random.ts';
import type { Nature, Oddity, Submission } from './submission.ts';

export interface Draft extends Omit<Submission, 'messageId' | 'sentAt'> {
  readonly source: Source;
  /** The text to send: the resource or a claim check. */
  readonly body: string;
  /** The key that the claim check names. */
  readonly key: string | undefined;
}

/** Shares of what is sent. The rest is plain and valid. */
export interface Habits {
  readonly natures: Readonly<Partial<Record<Nature, number>>>;
  readonly oddities: Readonly<Partial<Record<Oddity, number>>>;
  /** Share of batches that are a file with one defect: all of it fails in the same way. */
  readonly badFiles: number;
  /** Share of long resources: packed where they are stored, or in the bucket. */
  readonly long: number;
  /**
   * Number of ids that each source uses. With few ids, newer submissions meet older ones of the
   * same resource.
   */
  readonly ids: number;
  /** Name of the bucket for claim checks. */
  readonly bucket: string;
}

/** The system with which a resource says what it does to validation (simulation/submission.ts). */
export const NATURE_SYSTEM = 'https://fhir-failsafe.dev/simulated';

export function draftOf(
  {
    number,
    source,
    lane,
    defect,
  }: Pick<Draft, 'number' | 'source' | 'lane'> & { readonly defect?: Nature | undefined },
  habits: Habits,
  random: Random,
): Draft {
  const nature = defect ?? drawn(habits.natures, random) ?? 'valid';
  const oddity = drawn(habits.oddities, random);
  const resourceType = random.pick(['Patient', 'Observation']);
  const id = `r${random.below(habits.ids)}`;
  const tag = [{ system: NATURE_SYSTEM, code: nature }];
  const identifier = [{ system: NATURE_SYSTEM, value: String(number) }];
  const note = noteOf(oddity, habits, random);
  const resource = { resourceType, id, meta: { tag }, identifier, ...note };
  const text = oddity === 'unreadable' ? `{"number":${number},` : JSON.stringify(resource);
  const owner = oddity === 'stolen-object' ? anotherThan(source) : source;
  const key = isClaimed(oddity) ? `${submissionsOf(owner)}${number}` : undefined;
  const body = key === undefined ? text : claimCheckTo({ bucket: habits.bucket, key });
  const sequence = random.chance(0.5) ? number : undefined;
  return { number, source, lane, resourceType, id, nature, oddity, sequence, text, key, body };
}

/** Characters: what is packed (aws/packed-text.ts), and what fits into no item (inlineBytesMax), which comes as a claim check. */
const LONG = [600, 4_000] as const;
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
}: Submission): string | undefined {
  const isWrong = oddity === 'unreadable' || (oddity === undefined && WRONG.has(nature));
  if (!isWrong) return undefined;
  const tag = [{ system: NATURE_SYSTEM, code: 'valid' }];
  const identifier = [{ system: NATURE_SYSTEM, value: String(number) }];
  return JSON.stringify({ resourceType, id, meta: { tag }, identifier, language: 'en' });
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

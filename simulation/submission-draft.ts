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
  /** Share of resources that name another patient besides their own. Without it only Patients name one. */
  readonly refers: number;
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
  const patients = oddity === 'unreadable' ? [] : patientsOf(resourceType, id, habits, random);
  const references = referencesTo(patients, resourceType);
  const resource = { resourceType, id, meta: { tag }, identifier, ...references, ...note };
  const text = oddity === 'unreadable' ? `{"number":${number},` : JSON.stringify(resource);
  const owner = oddity === 'stolen-object' ? anotherThan(source) : source;
  const key = isClaimed(oddity) ? `${submissionsOf(owner)}${number}` : undefined;
  const body = key === undefined ? text : claimCheckTo({ bucket: habits.bucket, key });
  const sequence = random.chance(0.5) ? number : undefined;
  const its = { resourceType, id, nature, oddity, sequence, text, patients };
  return { number, source, lane, ...its, key, body };
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
  patients,
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

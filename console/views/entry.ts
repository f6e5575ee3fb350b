/** Everything about one entry except PHI, as `quarantine show` prints it. */
import { type QuarantineRecord, readEntry } from '../../aws/quarantine-entries.ts';
import { codedIssues } from '../../cli/quarantine/issues.ts';
import { resolvedAsStored } from '../../cli/quarantine/resolve.ts';
import type { QuarantineStage } from '../../cli/quarantine/stage.ts';
import type { CliWords } from '../cli-words.ts';
import type { AttemptView, EntryView } from '../contract/quarantine.ts';
import { Failure } from '../server/failure.ts';
import { summaryOf } from './quarantine.ts';

export async function entryView(
  stage: QuarantineStage,
  id: string,
  now: number,
  cli: CliWords,
): Promise<EntryView> {
  const entry = await existing(stage, id);
  const stored = await resolvedAsStored(stage, entry);
  const summary = summaryOf(stored ? { ...entry, status: 'stored' } : entry);
  const { crash, sentAt, file, line, correlationId, expiresAt, attempts, rounds } = entry;
  const { redrive, discard, corrections = [] } = entry;
  const issues = codedIssues(entry);
  return defined({
    ...summary,
    ...{ now, crash, sentAt, file, line, correlationId, rounds: rounds.map(defined) },
    expiresAt: expiresAt === undefined ? undefined : expiresAt * 1_000,
    attempts: attempts.map(attemptView),
    redrive: redrive && defined(withoutBefore(redrive)),
    discard: discard && defined(discard),
    corrections: corrections.map(({ at, by, why }) => ({ at, by, why })),
    issues: issues?.map(defined),
    body: bodyOf(entry),
    commandLine: cli('quarantine', 'show', id),
  });
}

/** @throws Failure */
export async function existing(
  { quarantineTable }: QuarantineStage,
  id: string,
): Promise<QuarantineRecord> {
  const entry = await readEntry(quarantineTable, id);
  if (entry === undefined) throw new Failure('not-found', 'no such entry in the quarantine');
  return entry;
}

const withoutBefore = ({ before: _, ...mark }: NonNullable<QuarantineRecord['redrive']>) => mark;

function attemptView({ ended, ...attempt }: QuarantineRecord['attempts'][number]): AttemptView {
  return defined({ ...attempt, endedAt: ended });
}

function bodyOf({ body, bodyS3, erasure }: QuarantineRecord): EntryView['body'] {
  if (body !== undefined) return 'masked';
  if (erasure !== undefined) return 'erased';
  return bodyS3 === undefined ? 'none' : 'masked';
}

type Defined<T> = {
  [K in keyof T as undefined extends T[K] ? never : K]: T[K];
} & { [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined> };

/** Removes members that are undefined, as JSON does. */
export function defined<T extends object>(value: T): Defined<T> {
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  return Object.fromEntries(entries) as Defined<T>;
}

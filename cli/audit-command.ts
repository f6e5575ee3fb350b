/** `audit`: verifies, exports and reviews the audit log (R40, R41, R42). */
import { type Command, InvalidArgumentError } from 'commander';
import { type Head, readHead } from '../core/audit/audit-chain.ts';
import { isMissing } from '../terminal/aws-trouble.ts';
import { complain, print } from '../terminal/print.ts';
import { printableJson } from '../terminal/printable.ts';
import type { AuditLog, AuditStage } from './audit/stage.ts';
import { instant } from './command-line.ts';
import { byOption, reasonOption, staged } from './operator-options.ts';
import { explained, TargetError } from './target.ts';
import { UsageError } from './usage-error.ts';

interface Options {
  readonly stage: string;
  readonly table?: string;
  readonly bucket?: string;
}
interface VerifyOptions extends Options {
  readonly head?: Head;
  readonly json?: true;
}
interface ReviewOptions extends Options {
  readonly month: string;
  readonly sign?: true;
  readonly reason?: string;
  readonly by: string;
  readonly json?: true;
}
interface ExportOptions extends Options {
  readonly from?: number;
  readonly to?: number;
}

export function addAudit(program: Command): void {
  const audit = program.command('audit').description('verify, review or export the audit log');
  looking(audit.command('verify').description('check all of it; print the first wrong entry'))
    .option('--head <entry:hash>', 'an earlier head, which must still be in the log', head)
    .option('--json', 'as one JSON object')
    .action(verify);
  looking(audit.command('export').description('entries as NDJSON, verified on the way'))
    .option('--from <time>', 'recorded at or after', instant)
    .option('--to <time>', 'recorded before', instant)
    .action(exportEntries);
  looking(
    audit
      .command('review')
      .description('who saw PHI in a month and why, and which facts were refused'),
  )
    .requiredOption('--month <month>', 'in UTC, such as 2026-01', month)
    .option('--sign', 'record that you examined it')
    .addOption(reasonOption())
    .addOption(byOption())
    .option('--json', 'as one JSON object')
    .action(review);
  staged(audit.command('hash').description('print the hash of an id, as it is in the log'))
    .argument('<id>')
    .action(hash);
}

function looking(command: Command): Command {
  return staged(command)
    .option('--table <name>', "the log's table, if the stage is gone")
    .option('--bucket <name>', "the log's bucket, if the stage is gone");
}

function head(text: string): Head {
  const noted = readHead(text);
  if (noted !== undefined) return noted;
  throw new InvalidArgumentError('It must be a head as `audit verify` prints it, 12:3f…');
}

function month(text: string): string {
  if (/^\d{4}-(0[1-9]|1[0-2])$/.test(text)) return text;
  throw new InvalidArgumentError('It must be a month such as 2026-01.');
}

async function stageOf(stage: string): Promise<AuditStage> {
  const { findAudit } = await import('./audit/stage.ts');
  return findAudit(stage);
}

async function logOf({ stage, ...named }: Options): Promise<AuditLog> {
  const { tableNamed, bucketNamed } = await import('./clients.ts');
  const { table, bucket } = named;
  if (table !== undefined && bucket !== undefined)
    return { table: tableNamed(table), bucket: bucketNamed(bucket) };
  const found = await stageOf(stage);
  return { table: tableNamed(table ?? found.table), bucket: bucketNamed(bucket ?? found.bucket) };
}

/** Explains a log that is not there by its names: whoever gives them has no stage. */
async function inLog<T>(options: Options, read: (log: AuditLog) => Promise<T>): Promise<T> {
  const log = await logOf(options);
  try {
    return await read(log);
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw explained(error, `audit log in table ${log.table.name} and bucket ${log.bucket.name}`);
  }
}

async function verify(options: VerifyOptions): Promise<void> {
  const { verifyLog } = await import('./audit/verify.ts');
  const { describeVerification, isWhole } = await import('./audit/describe.ts');
  const earlier = options.head;
  const verification = await inLog(options, (log) => verifyLog(log, { earlier }));
  const text = options.json ? JSON.stringify(verification) : describeVerification(verification);
  print(text);
  if (!isWhole(verification)) process.exitCode = 1;
}

async function exportEntries(options: ExportOptions): Promise<void> {
  const { from = 0, to = Number.POSITIVE_INFINITY } = options;
  const { verifyLog } = await import('./audit/verify.ts');
  const { describeVerification, isWhole } = await import('./audit/describe.ts');
  const { linesRecorded } = await import('./audit/lines-recorded.ts');
  const verification = await inLog(options, (log) =>
    verifyLog(log, {
      onRight(object) {
        const lines = linesRecorded(object, from, to);
        if (lines !== '') print(lines.trimEnd());
      },
    }),
  );
  complain(describeVerification(verification));
  if (!isWhole(verification)) process.exitCode = 1;
}

async function review(options: ReviewOptions): Promise<void> {
  const { month: of, sign, reason, by, stage } = options;
  if (sign === true && reason === undefined) {
    throw new UsageError('--sign needs --reason TEXT: the result of the review, for the record');
  }
  const { reviewMonth, describeReview, signOff } = await import('./audit/review.ts');
  const { describeVerification, isWhole } = await import('./audit/describe.ts');
  const found = await inLog(options, (log) => reviewMonth(log, of));
  const text = options.json
    ? printableJson(found.review)
    : describeReview(found.review, Date.now());
  print(text);
  complain(describeVerification(found.verification));
  if (!isWhole(found.verification)) {
    process.exitCode = 1;
    if (sign) throw new TargetError('not signed: the log is damaged');
  }
  if (sign !== true || reason === undefined) return;
  const { openRecorder } = await import('./audit/recorder.ts');
  await signOff(found, { by, reason }, await openRecorder(stage));
  complain(`signed: entries up to ${found.verification.head.sequence} are examined`);
}

async function hash(id: string, { stage }: Options): Promise<void> {
  const { hashKeyIn } = await import('./clients.ts');
  const { hashKeyArn } = await stageOf(stage);
  print((await hashKeyIn(hashKeyArn).hash())(id));
}

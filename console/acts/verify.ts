/** Verifies the audit log object by object, as `audit verify` does. */
import { describeVerification, isWhole } from '../../cli/audit/describe.ts';
import { findAudit } from '../../cli/audit/stage.ts';
import { verifyLog } from '../../cli/audit/verify.ts';
import { bucketNamed, tableNamed } from '../../cli/clients.ts';
import type { Run, VerifyRun } from '../contract/runs.ts';
import { Failure } from '../server/failure.ts';
import type { Acting } from './bulk.ts';

/** Thrown to end a verification that was stopped. */
class Stopped extends Error {}

export function verify({ name, runs, cli }: Pick<Acting, 'name' | 'runs' | 'cli'>): Run {
  if (runs.going('verify') !== undefined)
    throw new Failure('refused', 'the audit log is already being verified');
  return runs.begin<VerifyRun>({ kind: 'verify', commandLine: cli('audit', 'verify') }, (course) =>
    verified(name, (done) => {
      if (course.signal.aborted) throw new Stopped();
      course.report({ done });
    }).catch((error: unknown) => {
      if (error instanceof Stopped) return {};
      throw error;
    }),
  );
}

async function verified(
  stage: string,
  onObject: (objects: number) => void,
): Promise<Partial<VerifyRun>> {
  const { table, bucket } = await findAudit(stage);
  let objects = 0;
  const log = { table: tableNamed(table), bucket: bucketNamed(bucket) };
  const found = await verifyLog(log, {
    onRight() {
      objects += 1;
      onObject(objects);
    },
  });
  return { verified: { whole: isWhole(found), message: describeVerification(found) } };
}

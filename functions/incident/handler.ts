/** `incident`: records crash events, and opens an incident where they come too thick (R20, R21). */
import type { SQSRecord } from 'aws-lambda';
import pLimit from 'p-limit';
import { batchResponse, type Settlement } from '../../core/batch-response.ts';
import { type CrashEvent, crashEventSchema } from '../../core/messages.ts';
import { recordCrash } from '../aws/incidents-table.ts';
import { faultOf, logger, sqsFunction, Tally } from '../telemetry.ts';
import { environment, settings } from './environment.ts';
import { settleScope } from './settle-scope.ts';

const writes = pLimit(16);

export const handler = sqsFunction({ component: 'incident' }).handler(
  async ({ Records: records }) => {
    const tally = new Tally(records.length);
    const crashes = records.map(readCrash);
    const scopes = Map.groupBy(
      crashes.filter((crash) => crash !== undefined),
      (crash) => crash.component,
    );
    const done = new Set<string>();
    for (const [scope, its] of scopes) {
      if (await settled(scope, its, tally)) done.add(scope);
    }
    tally.report('crashes');
    return batchResponse(
      records.map((record) => record.messageId),
      crashes.map((crash): Settlement => (crash && done.has(crash.component) ? 'done' : 'failed')),
    );
  },
);

/** A message that is no crash event is not ours: it fails until its dead-letter queue has it. */
function readCrash(record: SQSRecord): CrashEvent | undefined {
  try {
    return crashEventSchema.parse(JSON.parse(record.body));
  } catch (error) {
    logger.error('not a crash event', { messageId: record.messageId, ...faultOf(error) });
    return undefined;
  }
}

async function settled(scope: string, crashes: CrashEvent[], tally: Tally): Promise<boolean> {
  try {
    const expiresAt = Date.now() + settings.keepCrashesMs;
    const fresh = await Promise.all(
      crashes.map((crash) => writes(() => recordCrash(environment.table, crash, expiresAt))),
    );
    tally.add('Crashes', fresh.filter(Boolean).length);
    await settleScope({ scope, crashes, fresh: crashes.filter((_, i) => fresh[i]) }, tally);
    return true;
  } catch (fault) {
    tally.add('ComponentFaults');
    logger.error('component fault', { scope, ...faultOf(fault) });
    return false;
  }
}

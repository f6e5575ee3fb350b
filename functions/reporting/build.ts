/**
 * `reporting`: keeps every outcome, and the beginning and end of every incident, as facts by day. It makes
 * each day's report when the day is over, and again if facts came late. It reads only the streams of
 * outcomes and notices; while it is down they wait in its queue (R50).
 */
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { Clients } from '../../aws/clients.ts';
import { HashKey, type KeyedHash } from '../../aws/keyed-hash.ts';
import { factIn, groupByDay, readOrLeave } from '../../aws/outcome-facts.ts';
import type { Surroundings } from '../../aws/surroundings.ts';
import { batchResponse } from '../../core/message/batch-response.ts';
import { minuteWakeSchema } from '../../core/message/messages.ts';
import type { ReportFact } from '../../core/report/day-report.ts';
import { dayOf } from '../../core/report/utc-day.ts';
import type { Log } from '../../telemetry/log.ts';
import type { Tally } from '../../telemetry/tally.ts';
import { DueReports } from './due.ts';
import type { ReportingEnv } from './env.ts';
import { keepFacts } from './facts-of-day.ts';
import { incidentFactIn } from './incident-notice.ts';

export interface ReportingDeps extends Surroundings, Pick<Clients, 's3' | 'secrets'> {
  readonly env: ReportingEnv;
}

export function build({ env, s3, secrets, telemetry, now }: ReportingDeps) {
  const bucket = { name: env.bucket, s3 };
  const parts = {
    due: new DueReports({ bucket, stage: env.stage, now }),
    hashKey: new HashKey({ arn: env.hashKeyArn, secrets }),
    logger: telemetry.logger,
    async keep(day: string, facts: readonly ReportFact[]) {
      await parts.due.mark(day, await keepFacts(bucket, day, facts));
    },
  };
  return telemetry.handler<SQSEvent, SQSBatchResponse>(
    { component: 'reporting' },
    async ({ Records: records }, context) => {
      const tally = telemetry.tally(records.length);
      const done = new Set<number>();
      await tally.succeeds('batch', () => storeAll(parts, records, done, tally, context));
      tally.report('facts for reports');
      return batchResponse(
        records.map(({ messageId }) => messageId),
        records.map((_, position) => (done.has(position) ? 'done' : 'failed')),
      );
    },
  );
}

interface Parts {
  readonly due: DueReports;
  readonly hashKey: HashKey;
  readonly logger: Log;
  keep(day: string, facts: readonly ReportFact[]): Promise<void>;
}

type Said = ReportFact | 'wake';

async function storeAll(
  { due, hashKey, logger, keep }: Parts,
  records: readonly SQSRecord[],
  done: Set<number>,
  tally: Tally,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
): Promise<void> {
  const hash = await hashKey.hash();
  const said = records.map((record) =>
    readOrLeave(record, (body) => read(body, record, hash), logger),
  );
  const facts = said.map((one) => (one === 'wake' ? undefined : one));
  for (const [day, { facts: ofDay, positions }] of groupByDay(facts, dayOfFact)) {
    if (!(await tally.succeeds(day, () => keep(day, ofDay)))) continue;
    for (const position of positions) done.add(position);
    tally.add('FactsKept', positions.length);
  }
  if (!said.includes('wake')) return;
  // However many minutes have queued up, one run is enough. The next makes up for a report that failed. If even the
  // marks cannot be read, the wakes come again, and their age tells.
  const day = await due.make(tally, () => context.getRemainingTimeInMillis());
  for (const [position, one] of said.entries()) if (one === 'wake') done.add(position);
  if (day === undefined) return;
  tally.add('ReportsMade');
  logger.info('report made', { day });
}

function read(body: unknown, record: SQSRecord, hash: KeyedHash): Said {
  if (minuteWakeSchema.safeParse(body).success) return 'wake';
  const publishedAt = Number(record.attributes.SentTimestamp);
  return incidentFactIn(body, publishedAt) ?? factIn(body, record, hash);
}

const dayOfFact = (fact: ReportFact) =>
  dayOf(fact.kind === 'incident' ? fact.openedAt : fact.endedAt);

/**
 * `analytics`: keeps every outcome as a row for analysts, in Parquet files by day. It reads only the stream
 * of outcomes. While it is down they wait in its queue, and nothing else waits for it (R50).
 */
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { Clients } from '../../aws/clients.ts';
import type { Bucket } from '../../aws/handles.ts';
import { putObject } from '../../aws/insight-bucket.ts';
import { HashKey } from '../../aws/keyed-hash.ts';
import { factIn, groupByDay, inOrder, nameOf, readOrLeave } from '../../aws/outcome-facts.ts';
import type { Surroundings } from '../../aws/surroundings.ts';
import { batchResponse } from '../../core/message/batch-response.ts';
import { factsOf } from '../../core/report/insight-keys.ts';
import type { OutcomeFact } from '../../core/report/outcome-fact.ts';
import { dayOf } from '../../core/report/utc-day.ts';
import type { Log } from '../../telemetry/log.ts';
import type { Tally } from '../../telemetry/tally.ts';
import type { AnalyticsEnv } from './env.ts';
import { parquetOf } from './parquet.ts';

export interface AnalyticsDeps extends Surroundings, Pick<Clients, 's3' | 'secrets'> {
  readonly env: AnalyticsEnv;
}

export function build({ env, s3, secrets, telemetry }: AnalyticsDeps) {
  const parts = {
    bucket: { name: env.bucket, s3 },
    hashKey: new HashKey({ arn: env.hashKeyArn, secrets }),
    logger: telemetry.logger,
  };
  return telemetry.handler<SQSEvent, SQSBatchResponse>(
    { component: 'analytics' },
    async ({ Records: records }) => {
      const tally = telemetry.tally(records.length);
      const done = new Set<number>();
      await tally.succeeds('batch', () => keepAll(parts, records, done, tally));
      tally.report('facts for analysts');
      return batchResponse(
        records.map(({ messageId }) => messageId),
        records.map((_, position) => (done.has(position) ? 'done' : 'failed')),
      );
    },
  );
}

interface Parts {
  readonly bucket: Bucket;
  readonly hashKey: HashKey;
  readonly logger: Log;
}

async function keepAll(
  { bucket, hashKey, logger }: Parts,
  records: readonly SQSRecord[],
  done: Set<number>,
  tally: Tally,
): Promise<void> {
  const hash = await hashKey.hash();
  const facts = records.map((record) =>
    readOrLeave(record, (body) => factIn(body, record, hash), logger),
  );
  for (const [day, { facts: ofDay, positions }] of groupByDay(facts, (fact) =>
    dayOf(fact.endedAt),
  )) {
    if (!(await tally.succeeds(day, () => keep(bucket, day, ofDay)))) continue;
    for (const position of positions) done.add(position);
    tally.add('FactsKept', positions.length);
  }
}

async function keep(bucket: Bucket, day: string, facts: readonly OutcomeFact[]): Promise<void> {
  const ordered = inOrder(facts);
  const key = `${factsOf(day)}${nameOf(ordered)}.parquet`;
  await putObject(bucket, key, parquetOf(ordered), 'application/vnd.apache.parquet');
}

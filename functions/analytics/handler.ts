/**
 * `analytics`: keeps every outcome as a row for analysts, in Parquet files by day. It reads the stream
 * of outcomes alone; while it is down they wait in its queue, and nothing else waits for it (R50).
 */
import type { SQSRecord } from 'aws-lambda';
import { factIn, groupByDay, inOrder, nameOf, readOrLeave } from '../../aws/facts.ts';
import { putObject } from '../../aws/facts-bucket.ts';
import { keyedHash } from '../../aws/keyed-hash.ts';
import { batchResponse } from '../../core/message/batch-response.ts';
import { factsOf } from '../../core/report/insight-places.ts';
import type { OutcomeFact } from '../../core/report/outcome-fact.ts';
import { dayOf } from '../../core/report/utc-day.ts';
import { succeeds } from '../../telemetry/succeeds.ts';
import { sqsFunction, Tally } from '../../telemetry/telemetry.ts';
import { environment } from './environment.ts';
import { parquetOf } from './parquet.ts';

export const handler = sqsFunction({ component: 'analytics' }).handler(
  async ({ Records: records }) => {
    const tally = new Tally(records.length);
    const done = new Set<number>();
    await succeeds('batch', () => keepAll(records, done, tally), tally);
    tally.report('facts for analysts');
    return batchResponse(
      records.map(({ messageId }) => messageId),
      records.map((_, position) => (done.has(position) ? 'done' : 'failed')),
    );
  },
);

async function keepAll(records: readonly SQSRecord[], done: Set<number>, tally: Tally) {
  const hash = await keyedHash(environment.hashKeyArn);
  const facts = records.map((record) => readOrLeave(record, (body) => factIn(body, record, hash)));
  for (const [day, { facts: ofDay, positions }] of groupByDay(facts, (fact) =>
    dayOf(fact.endedAt),
  )) {
    if (!(await succeeds(day, () => keep(day, ofDay), tally))) continue;
    for (const position of positions) done.add(position);
    tally.add('FactsKept', positions.length);
  }
}

async function keep(day: string, facts: readonly OutcomeFact[]): Promise<void> {
  const ordered = inOrder(facts);
  const key = `${factsOf(day)}${nameOf(ordered)}.parquet`;
  await putObject(environment.bucket, key, parquetOf(ordered), 'application/vnd.apache.parquet');
}

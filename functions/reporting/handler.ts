/**
 * `reporting`: keeps every outcome, and the beginning and end of every incident, as facts by day, and
 * makes each day's report when it is over, or anew where facts came late. It reads the streams of
 * outcomes and notices alone; while it is down they wait in its queue (R50).
 */
import type { SQSRecord } from 'aws-lambda';
import { factIn, groupByDay, readOrLeave } from '../../aws/facts.ts';
import { type KeyedHash, keyedHash } from '../../aws/keyed-hash.ts';
import { batchResponse } from '../../core/message/batch-response.ts';
import { minuteWakeSchema } from '../../core/message/messages.ts';
import type { ReportFact } from '../../core/report/day-report.ts';
import { dayOf } from '../../core/report/utc-day.ts';
import { succeeds } from '../../telemetry/succeeds.ts';
import { logger, sqsFunction, Tally } from '../../telemetry/telemetry.ts';
import { makeDueReport, markDue } from './due.ts';
import { environment } from './environment.ts';
import { keepFacts } from './facts-of-day.ts';
import { incidentFactIn } from './incident-notice.ts';

type Said = ReportFact | 'wake';

export const handler = sqsFunction({ component: 'reporting' }).handler(
  async ({ Records: records }) => {
    const tally = new Tally(records.length);
    const done = new Set<number>();
    await succeeds('batch', () => takeAll(records, done, tally), tally);
    tally.report('facts for reports');
    return batchResponse(
      records.map(({ messageId }) => messageId),
      records.map((_, position) => (done.has(position) ? 'done' : 'failed')),
    );
  },
);

async function takeAll(records: readonly SQSRecord[], done: Set<number>, tally: Tally) {
  const hash = await keyedHash(environment.hashKeyArn);
  const said = records.map((record) => readOrLeave(record, (body) => read(body, record, hash)));
  const facts = said.map((one) => (one === 'wake' ? undefined : one));
  for (const [day, { facts: ofDay, positions }] of groupByDay(facts, dayOfFact)) {
    if (!(await succeeds(day, () => keep(day, ofDay), tally))) continue;
    for (const position of positions) done.add(position);
    tally.add('FactsKept', positions.length);
  }
  if (!said.includes('wake')) return;
  // However many minutes have queued up, one look is enough. One that failed is made good by the next.
  for (const [position, one] of said.entries()) if (one === 'wake') done.add(position);
  await makeDueReports(tally);
}

function read(body: unknown, record: SQSRecord, hash: KeyedHash): Said {
  if (minuteWakeSchema.safeParse(body).success) return 'wake';
  const toldAt = Number(record.attributes.SentTimestamp);
  return incidentFactIn(body, toldAt) ?? factIn(body, record, hash);
}

const dayOfFact = (fact: ReportFact) =>
  dayOf(fact.kind === 'incident' ? fact.openedAt : fact.endedAt);

async function keep(day: string, facts: readonly ReportFact[]): Promise<void> {
  const name = await keepFacts(environment.bucket, day, facts);
  await markDue(environment.bucket, day, name);
}

async function makeDueReports(tally: Tally): Promise<void> {
  const day = await makeDueReport(environment.bucket, environment.stage);
  if (day === undefined) return;
  tally.add('ReportsMade');
  logger.info('report made', { day });
}

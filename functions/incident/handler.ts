/**
 * `incident`: records crash events, opens an incident where they come too thick, and looks after those
 * that are open (R20, R21, R22). Its queue holds crash events, escalations and the minute's wakes.
 */
import type { SQSRecord } from 'aws-lambda';
import { batchResponse } from '../../core/message/batch-response.ts';
import { type IncidentMessage, incidentMessageSchema } from '../../core/message/messages.ts';
import { succeeds } from '../../telemetry/succeeds.ts';
import { faultOf, logger, sqsFunction, Tally } from '../../telemetry/telemetry.ts';
import { jobsOf } from './jobs.ts';

export const handler = sqsFunction({ component: 'incident' }).handler(
  async ({ Records: records }, { awsRequestId }) => {
    const tally = new Tally(records.length);
    const done = new Set<number>();
    for (const job of jobsOf(records.map(readMessage), awsRequestId, tally)) {
      if (!(await succeeds(job.about, job.run, tally))) continue;
      for (const position of job.positions) done.add(position);
    }
    tally.report('crashes');
    return batchResponse(
      records.map((record) => record.messageId),
      records.map((_, position) => (done.has(position) ? 'done' : 'failed')),
    );
  },
);

/** A message that is not ours fails until its dead-letter queue has it. */
function readMessage(record: SQSRecord): IncidentMessage | undefined {
  try {
    return incidentMessageSchema.parse(JSON.parse(record.body));
  } catch (error) {
    logger.error('not a message for incident', { messageId: record.messageId, ...faultOf(error) });
    return undefined;
  }
}

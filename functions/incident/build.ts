/**
 * `incident`: records crash events, opens an incident if there are too many, and follows open incidents
 * (R20, R21, R22). Its queue holds crash events, escalations and the minute's wakes.
 */
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { notAhead } from '../../core/attempt/death-identity.ts';
import { batchResponse } from '../../core/message/batch-response.ts';
import { type IncidentMessage, incidentMessageSchema } from '../../core/message/messages.ts';
import { faultOf, type Log } from '../../telemetry/log.ts';
import { jobsOf } from './jobs.ts';
import { type IncidentDeps, partsOf } from './parts.ts';

export function build(deps: IncidentDeps) {
  const { telemetry } = deps;
  const parts = partsOf(deps);
  return telemetry.handler<SQSEvent, SQSBatchResponse>(
    { component: 'incident' },
    async ({ Records: records }, { awsRequestId }) => {
      const tally = telemetry.tally(records.length);
      const done = new Set<number>();
      const read = records.map((record) => ({
        messageId: record.messageId,
        message: readMessage(record, telemetry.logger),
      }));
      for (const job of jobsOf(parts, read, awsRequestId, tally)) {
        if (!(await tally.succeeds(job.about, job.run))) continue;
        for (const position of job.positions) done.add(position);
      }
      tally.report('crashes');
      return batchResponse(
        records.map((record) => record.messageId),
        records.map((_, position) => (done.has(position) ? 'done' : 'failed')),
      );
    },
  );
}

/** A message that is not ours fails until it reaches the dead-letter queue. */
function readMessage(record: SQSRecord, logger: Log): IncidentMessage | undefined {
  try {
    const message = incidentMessageSchema.parse(JSON.parse(record.body));
    if (!('component' in message)) return message;
    return notAhead(message, Number(record.attributes.SentTimestamp));
  } catch (error) {
    logger.error('not a message for incident', { messageId: record.messageId, ...faultOf(error) });
    return undefined;
  }
}

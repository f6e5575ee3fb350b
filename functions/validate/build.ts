/**
 * `validate`: validates resources in isolation. One code for a lane's queue and its isolation queue,
 * and the two are distinguished by where a batch comes from.
 */
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { isGroup } from '../../aws/suspect-group.ts';
import { batchResponse, type RecordResult } from '../../core/message/batch-response.ts';
import { isProbe } from '../../core/supervision/is-probe.ts';
import { validateAlone } from './alone.ts';
import { validateLaneBatch } from './lane-batch.ts';
import { COMPONENT, partsOf, type ValidateDeps, type ValidateParts } from './parts.ts';
import { validateGroup } from './suspect-group.ts';

export function build(deps: ValidateDeps) {
  const parts = partsOf(deps);
  return deps.telemetry.handler<SQSEvent, SQSBatchResponse>(
    { component: COMPONENT, lane: parts.lane },
    (event, context) =>
      parts.traces.receiving(event.Records, context, () => validate(parts, event, context)),
  );
}

async function validate(
  parts: ValidateParts,
  event: SQSEvent,
  context: Context,
): Promise<SQSBatchResponse> {
  const { Records: records } = event;
  if (records.every((record) => record.eventSourceARN === parts.laneQueueArn)) {
    return validateLaneBatch(parts, records, context, isProbe(event));
  }
  // The mapping's batch size is 1. If it were larger, only the first message may run, because each must
  // run alone.
  const [first] = records;
  return batchResponse(
    records.map((record) => record.messageId),
    first === undefined ? [] : [await validateIsolated(parts, first, context)],
  );
}

function validateIsolated(
  parts: ValidateParts,
  record: SQSRecord,
  context: Context,
): Promise<RecordResult> {
  return isGroup(record)
    ? validateGroup(parts, record, context)
    : validateAlone(parts, record, context);
}

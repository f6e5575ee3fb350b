/** Evidence of resources that the FHIR server refuses, separate from the message's own entry. */

import { placeBody } from '../../aws/bodies-bucket.ts';
import type { PendingResource } from '../../aws/deliveries.ts';
import type { Table } from '../../aws/handles.ts';
import { DELIVERY_ENTRY } from '../../aws/quarantine-entries.ts';
import { markDelivered, quarantine } from '../../aws/quarantine-table.ts';
import { undeliveredFingerprint } from '../../core/message/fingerprint.ts';
import type { Tally } from '../../telemetry/tally.ts';
import { COMPONENT, type DeliverParts } from './parts.ts';

const OUTCOME_CHARACTERS_MAX = 16 * 1024;

/**
 * Quarantines a delivery under a key of its own: the message is stored, and that stays its ending (R04).
 * `outcome` is the server's answer, usually its OperationOutcome (R07).
 */
export async function quarantineUndelivered(
  { settings, bucket, quarantine: table, traces, now }: DeliverParts,
  resource: PendingResource,
  reason: string,
  outcome: string,
): Promise<void> {
  const { pk, submissionOrder, messageId, source, sentAt, file, line, lane, correlationId } =
    resource;
  const evidence = outcome.slice(0, OUTCOME_CHARACTERS_MAX);
  const room = settings.inlineBytesMax - Buffer.byteLength(evidence);
  const placed =
    resource.bodyS3 === undefined
      ? await placeBody(bucket, 'quarantine/', resource, resource.body ?? '', room)
      : { bodyS3: resource.bodyS3 };
  const trace = traces.onward({});
  const id = entryId(messageId);
  const origin = { messageId: id, source, sentAt, file, line, correlationId, trace };
  await quarantine(
    table,
    {
      origin,
      lane,
      kind: 'undelivered',
      reason: `the FHIR server ${reason}`,
      fingerprint: undeliveredFingerprint(COMPONENT, reason),
      placed,
      delivery: { pk, submissionOrder },
      ...(evidence !== '' && { outcome: evidence }),
    },
    now(),
  );
}

/**
 * Ends the entry of a redriven delivery: the server has stored it, or a newer submission. Done
 * before the resource stops being pending, so that after a death in between it is done again.
 */
export async function resolveRedriven(
  table: Table,
  { deliveryRedriven }: PendingResource,
  tally: Tally,
): Promise<void> {
  if (deliveryRedriven === undefined) return;
  tally.add('Redriven');
  await markDelivered(table, deliveryRedriven);
}

const entryId = (messageId: string) => `${DELIVERY_ENTRY}${messageId}`;

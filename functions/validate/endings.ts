/** The two endings that a verdict leads to: stored, or rejected. Each is published to producers. */

import type { SQSRecord } from 'aws-lambda';
import { type PlacedBody, placeBody } from '../../aws/bodies-bucket.ts';
import { publishEnteredOutcome } from '../../aws/entered-outcome.ts';
import { markStored, quarantine, readTrouble } from '../../aws/quarantine-table.ts';
import { storedRow, storeResource } from '../../aws/resources-table.ts';
import { hasEnded } from '../../core/attempt/attempts.ts';
import { idsOf } from '../../core/message/correlation.ts';
import { refusalFingerprint, rejectionFingerprint } from '../../core/message/fingerprint.ts';
import { outcomeEvent } from '../../core/message/outcome-event.ts';
import { reasonOf } from '../../core/message/rejection-reason.ts';
import type { Identity, Verdict } from '../../core/message/verdict.ts';
import type { Issue } from '../../packages/fhir-validator/issue.ts';
import { boundedOutcome } from './bounded-operation-outcome.ts';
import { COMPONENT, type ValidateParts } from './parts.ts';
import { isFirst, type Submission } from './submission.ts';
import type { Validated } from './validate-loaded.ts';

type Valid = Extract<Verdict, { kind: 'valid' }>;

/**
 * Messages whose ending is being written. Such a write may take effect after it was given up: so their next
 * delivery, which may come to another verdict, must wait (R04).
 */
export type Unanswered = Set<SQSRecord>;

async function noted<T>(
  unanswered: Unanswered,
  { record }: Submission,
  write: () => Promise<T>,
): Promise<T> {
  unanswered.add(record);
  const answer = await write();
  unanswered.delete(record);
  return answer;
}

/** Stores a valid resource, unless a newer submission is there (R05). Returns when it was stored, epoch ms. */
export async function store(
  parts: ValidateParts,
  submission: Submission,
  { valid, text }: { readonly valid: Valid; readonly text: string },
  unanswered: Unanswered,
): Promise<number> {
  const { lane, settings, traces, deliveryTriggers } = parts;
  const place = {
    table: parts.resourcesTable,
    bucket: parts.bucket,
    inlineBytesMax: settings.resourcesExpire ? 0 : settings.inlineBytesMax,
    delivered: deliveryTriggers !== undefined,
  };
  const { origin } = submission.provenance;
  const { resourceType, id } = valid;
  const resource = { origin, lane, resourceType, resourceId: id, text };
  return traces.inSpan({ name: 'store' }, async () => {
    const onward = { ...resource, origin: { ...origin, trace: traces.onward(origin) } };
    const write = () => storeResource(place, onward, parts.now());
    const { pk, storedAt } = await noted(unanswered, submission, write);
    // Also if it was already stored: the invocation that stored it may have died before it sent the trigger.
    await deliveryTriggers?.send(pk);
    return storedAt;
  });
}

/** Publishes that it is stored. If it has an entry in Quarantine, the caller has updated that first. */
export async function publishStored(
  { lane, outcomesTopic, telemetry, logger }: ValidateParts,
  { provenance }: Submission,
  { issues, storedAt }: Pick<Valid, 'issues'> & { readonly storedAt: number },
): Promise<void> {
  const { origin } = provenance;
  const outcome = { verdict: 'stored', issues, endedAt: storedAt } as const;
  await outcomesTopic.publish(outcomeEvent(origin, lane, outcome));
  telemetry.measureSince('VerdictLatency', origin.redrivenAt ?? origin.sentAt);
  logger.debug('stored', idsOf(origin));
}

/** How far earlier deliveries of a message came. */
export type Earlier = 'nothing' | 'in isolation' | 'ended';

/**
 * Of two endings the first one stays (R04): an earlier delivery may have had another verdict, and its message
 * was not deleted. A message that comes for the first time has had no earlier delivery, so the healthy path
 * reads nothing.
 */
export async function earlierDeliveries(
  parts: ValidateParts,
  submission: Submission,
): Promise<Earlier> {
  if (isFirst(parts, submission)) return 'nothing';
  const { origin } = submission.provenance;
  const trouble = await readTrouble(parts.quarantineTable, origin.messageId);
  if (trouble === undefined) return 'nothing';
  return hasEnded(trouble, origin.round) ? 'ended' : 'in isolation';
}

/**
 * The verdict, or that it is valid if an earlier delivery has stored the resource: the terminology server
 * could not be asked then, or the code was another. That ending stays (R04).
 */
export async function asStoredBefore(
  { resourcesTable }: ValidateParts,
  { submission, verdict }: Validated,
): Promise<Validated['verdict']> {
  if (verdict.kind !== 'invalid' || verdict.resourceType === undefined) return verdict;
  const { resourceType, id } = verdict;
  const { origin } = submission.provenance;
  const stored = await storedRow(resourcesTable, origin, resourceType, id);
  return stored !== undefined ? { ...verdict, kind: 'valid', resourceType, issues: [] } : verdict;
}

/**
 * Ends a message that has crashed as stored, if an earlier delivery has stored it: the code was another then.
 * That ending stays (R04). False if it has not.
 */
export async function endAsStoredBefore(
  parts: ValidateParts,
  submission: Submission,
  { resourceType, id }: Identity = {},
): Promise<boolean> {
  const { origin } = submission.provenance;
  if (resourceType === undefined) return false;
  const stored = await storedRow(parts.resourcesTable, origin, resourceType, id);
  if (stored === undefined) return false;
  // As in store(): the delivery that stored it may have ended before it sent the trigger.
  await parts.deliveryTriggers?.send(stored.pk);
  if (await markStored(parts.quarantineTable, origin, stored.storedAt)) {
    await publishStored(parts, submission, { issues: [], storedAt: stored.storedAt });
  } else {
    await publishEntered(parts, submission);
  }
  return true;
}

/** Quarantines an invalid resource with its OperationOutcome (R07). */
export async function reject(
  parts: ValidateParts,
  { submission, text, refusal, erasure }: Validated,
  issues: readonly Issue[],
  unanswered: Unanswered,
): Promise<void> {
  const { lane, quarantineTable, settings, traces, telemetry, now } = parts;
  const { origin } = submission.provenance;
  const outcome = boundedOutcome(issues, settings.outcomeBytesMax);
  const reason = reasonOf(issues);
  const placed =
    erasure === undefined
      ? await placeRejected(parts, submission, text, Buffer.byteLength(outcome))
      : undefined;
  const fingerprint =
    refusal === undefined
      ? rejectionFingerprint(COMPONENT, issues)
      : refusalFingerprint(COMPONENT, refusal);
  const why = { reason, outcome, fingerprint, kind: 'rejection' } as const;
  const entry = { origin, lane, ...why, placed, erasure };
  const endedAt = now();
  const kept = await traces.inSpan({ name: 'reject' }, () => {
    const onward = { ...origin, trace: traces.onward(origin) };
    const write = () => quarantine(quarantineTable, { ...entry, origin: onward }, endedAt);
    return noted(unanswered, submission, write);
  });
  if (kept) {
    telemetry.emit('Quarantined', 'verdict', 'invalid');
    const rejected = { verdict: 'rejected', issues, fingerprint, endedAt } as const;
    await parts.outcomesTopic.publish(outcomeEvent(origin, lane, rejected));
  } else {
    await publishEntered(parts, submission);
  }
  telemetry.measureSince('VerdictLatency', origin.redrivenAt ?? origin.sentAt);
  // Without the reason, because it may name an unknown property, and a producer chose that name (R08).
  parts.logger.info('rejected', { ...idsOf(origin), fingerprint });
}

/**
 * Publishes the outcome that the message already has, because the invocation that set it may have died
 * before it published.
 */
export async function publishEntered(
  { quarantineTable, outcomesTopic, now }: ValidateParts,
  { provenance }: Submission,
): Promise<void> {
  await publishEnteredOutcome(quarantineTable, outcomesTopic, provenance.origin.messageId, now());
}

/**
 * An item holds 400 KB, outcome included. A body that was read is stored as it was read, because its
 * producer may overwrite the object. A body that was not read stays where it is.
 */
function placeRejected(
  { bucket, settings }: ValidateParts,
  { provenance, carriage, record }: Submission,
  text: string | undefined,
  outcomeBytes: number,
): PlacedBody | Promise<PlacedBody> {
  if (text === undefined && carriage.kind === 'claim-check') return { bodyS3: carriage.s3 };
  const room = settings.inlineBytesMax - outcomeBytes;
  return placeBody(bucket, 'quarantine/', provenance.origin, text ?? record.body, room);
}

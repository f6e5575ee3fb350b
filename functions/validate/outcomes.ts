/** The two ends that a judged resource may take: stored, or rejected. Each is told to producers. */

import { type PlacedBody, placeBody } from '../../aws/bodies-bucket.ts';
import { sendTriggers } from '../../aws/delivery-queue.ts';
import { publishEnteredOutcome } from '../../aws/entered-outcome.ts';
import type { Queue } from '../../aws/places.ts';
import { quarantine } from '../../aws/quarantine-table.ts';
import { storeResource } from '../../aws/resources-table.ts';
import { idsOf } from '../../core/message/correlation.ts';
import { refusalFingerprint, rejectionFingerprint } from '../../core/message/fingerprint.ts';
import { outcomeEvent } from '../../core/message/outcome-event.ts';
import { reasonOf } from '../../core/message/rejection-reason.ts';
import type { Verdict } from '../../core/message/verdict.ts';
import type { SenderProblem } from '../../core/source/sources.ts';
import type { Issue } from '../../packages/fhir-validator/issue.ts';
import { boundedOutcome } from './bounded-outcome.ts';
import type { Judgement, Judging } from './judging.ts';
import { mayCarry } from './load-body.ts';
import type { Loaded } from './loaded.ts';
import { COMPONENT, type ValidateParts } from './parts.ts';
import { issueOf, tellRefused } from './refusals.ts';
import type { Submission } from './submission.ts';

/** A judgement, and what it is about. */
export interface Judged extends Pick<Loaded, 'submission' | 'text'> {
  readonly judgement: Judgement;
  /** Set where it is invalid because its sender may not send it. */
  readonly refusal?: SenderProblem | undefined;
  /** Set where nothing of it may be kept. */
  readonly erasure?: number | undefined;
}

type Valid = Extract<Verdict, { kind: 'valid' }>;

/** Judges what was loaded of one submission. */
export async function judgeLoaded(
  parts: ValidateParts,
  loaded: Loaded,
  place: Judging,
): Promise<Judged> {
  const { traces } = parts;
  const { submission, text, refused: its } = loaded;
  if (its?.problem !== undefined) return refused(parts, loaded, its.problem);
  if (its !== undefined) {
    const { issue, erasure } = its;
    return { submission, text, erasure, judgement: { kind: 'invalid', issues: [issue] } };
  }
  const judgement = await traces.inSpan({ name: 'judge' }, async () => {
    const its = await judgeText(parts, place, text, submission);
    traces.say({ verdict: its.kind, ...(its.kind === 'crash' && { crash: its.crash }) });
    return its;
  });
  // A text may say its type twice; the validator's answer is the one that counts.
  if (judgement.kind === 'valid' && !mayCarry(parts, submission, () => judgement.resourceType)) {
    return refused(parts, loaded, 'resource-type');
  }
  return { submission, text, judgement };
}

/** By the validator and the plugins that are on. */
function judgeText(
  { switches }: ValidateParts,
  place: Judging,
  text: string,
  { provenance }: Submission,
): Promise<Judgement> {
  const { messageId, sentAt: submittedAt, source } = provenance.origin;
  return switches === undefined
    ? place.judge(text, submittedAt, undefined, undefined, source)
    : switches.judge(place, { text, submittedAt, messageId, source });
}

async function refused(
  parts: ValidateParts,
  { submission, text, refused: its }: Loaded,
  refusal: SenderProblem,
): Promise<Judged> {
  await tellRefused(parts, submission, refusal);
  const issues = [issueOf(refusal)];
  const erasure = its?.erasure;
  return { submission, text, judgement: { kind: 'invalid', issues }, refusal, erasure };
}

/** Stores a valid resource, unless a newer submission is there (R05). */
export async function store(
  parts: ValidateParts,
  submission: Submission,
  valid: Valid,
  text: string,
): Promise<void> {
  const { lane, settings, traces, deliveryQueue } = parts;
  const place = {
    table: parts.resourcesTable,
    bucket: parts.bucket,
    inlineBytesMax: settings.resourcesExpire ? 0 : settings.inlineBytesMax,
    delivered: deliveryQueue !== undefined,
  };
  const { origin } = submission.provenance;
  const { resourceType, id } = valid;
  const resource = { origin, lane, resourceType, resourceId: id, text };
  await traces.inSpan({ name: 'store' }, async () => {
    const onward = { ...resource, origin: { ...origin, trace: traces.onward(origin) } };
    const { pk } = await storeResource(place, onward, parts.now());
    await askForDelivery(deliveryQueue, pk);
  });
}

/** Of what was stored before too: its trigger may not have been sent by the one that died. */
async function askForDelivery(queue: Queue | undefined, pk: string): Promise<void> {
  if (queue === undefined) return;
  const [error] = await sendTriggers(queue, [pk]);
  if (error !== undefined) throw error;
}

/** Tells that it is stored; where it has an entry in Quarantine, once that says so too. */
export async function tellStored(
  { lane, outcomesTopic, telemetry, logger, now }: ValidateParts,
  { provenance }: Submission,
  { issues }: Valid,
): Promise<void> {
  const { origin } = provenance;
  const outcome = { verdict: 'stored', issues, endedAt: now() } as const;
  await outcomesTopic.tell(outcomeEvent(origin, lane, outcome));
  telemetry.measureSince('VerdictLatency', origin.redrivenAt ?? origin.sentAt);
  logger.debug('stored', idsOf(origin));
}

/** Quarantines an invalid resource with its OperationOutcome (R07). */
export async function reject(
  parts: ValidateParts,
  { submission, text, refusal, erasure }: Judged,
  issues: readonly Issue[],
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
    return quarantine(quarantineTable, { ...entry, origin: onward }, endedAt);
  });
  if (kept) {
    telemetry.emit('Quarantined', 'verdict', 'invalid');
    const told = { verdict: 'rejected', issues, fingerprint, endedAt } as const;
    await parts.outcomesTopic.tell(outcomeEvent(origin, lane, told));
  } else {
    await tellEntered(parts, submission);
  }
  telemetry.measureSince('VerdictLatency', origin.redrivenAt ?? origin.sentAt);
  // Not the reason: an unknown property is named in it, and a producer chose that name (R08).
  parts.logger.info('rejected', { ...idsOf(origin), fingerprint });
}

/** Tells the outcome that the message has already: who gave it one may have died before telling. */
export function tellEntered(
  { quarantineTable, outcomesTopic, now }: ValidateParts,
  { provenance }: Submission,
): Promise<void> {
  return publishEnteredOutcome(quarantineTable, outcomesTopic, provenance.origin.messageId, now());
}

/**
 * An item holds 400 KB, outcome included. What was read is kept as it was read, for its producer may put
 * something else in its place; what was not stays where it is.
 */
function placeRejected(
  { bucket, settings }: ValidateParts,
  { provenance, carriage, record }: Submission,
  text: string | undefined,
  outcomeBytes: number,
): PlacedBody | Promise<PlacedBody> {
  if (text === undefined && carriage.kind === 'claim-check') return { bodyS3: carriage.s3 };
  const room = settings.inlineBytesMax - outcomeBytes;
  const { messageId } = provenance.origin;
  return placeBody(bucket, 'quarantine/', messageId, text ?? record.body, room);
}

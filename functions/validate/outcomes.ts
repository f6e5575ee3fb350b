/** The two ends that a judged resource may take: stored, or rejected. Each is told to producers. */

import { type PlacedBody, placeBody } from '../../aws/bodies-bucket.ts';
import { sendTriggers } from '../../aws/delivery-queue.ts';
import { tellEnteredOutcome } from '../../aws/entered-outcome.ts';
import { OutcomesTopic } from '../../aws/outcomes-topic.ts';
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
import {
  COMPONENT,
  emit,
  environment,
  logger,
  machine,
  measureSince,
  now,
  settings,
  traces,
} from './environment.ts';
import type { Judgement, Judging } from './judging.ts';
import { mayCarry } from './load-body.ts';
import type { Loaded } from './loaded.ts';
import { judgeSwitched } from './plugins/judge-switched.ts';
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

const topic = new OutcomesTopic(environment.outcomesTopic, machine);

type Valid = Extract<Verdict, { kind: 'valid' }>;

/** Judges what was loaded of one submission. */
export async function judgeLoaded(loaded: Loaded, place: Judging): Promise<Judged> {
  const { submission, text, refused: its } = loaded;
  if (its?.problem !== undefined) return refused(loaded, its.problem);
  if (its !== undefined) {
    const { issue, erasure } = its;
    return { submission, text, erasure, judgement: { kind: 'invalid', issues: [issue] } };
  }
  const judgement = await traces.inSpan({ name: 'judge' }, async () => {
    const its = await judgeSwitched(place, text, submission.provenance.origin);
    traces.say({ verdict: its.kind, ...(its.kind === 'crash' && { crash: its.crash }) });
    return its;
  });
  // A text may say its type twice; the validator's answer is the one that counts.
  if (judgement.kind === 'valid' && !mayCarry(submission, () => judgement.resourceType)) {
    return refused(loaded, 'resource-type');
  }
  return { submission, text, judgement };
}

async function refused(
  { submission, text, refused: its }: Loaded,
  refusal: SenderProblem,
): Promise<Judged> {
  await tellRefused(submission, refusal);
  const issues = [issueOf(refusal)];
  const erasure = its?.erasure;
  return { submission, text, judgement: { kind: 'invalid', issues }, refusal, erasure };
}

/** Stores a valid resource, unless a newer submission is there (R05). */
export async function store(submission: Submission, valid: Valid, text: string): Promise<void> {
  const place = {
    table: environment.resourcesTable,
    bucket: environment.bucket,
    inlineBytesMax: settings.resourcesExpire ? 0 : settings.inlineBytesMax,
    delivered: environment.deliveryQueue !== undefined,
  };
  const { origin } = submission.provenance;
  const { resourceType, id } = valid;
  const { lane } = environment;
  const resource = { origin, lane, resourceType, resourceId: id, text };
  await traces.inSpan({ name: 'store' }, async () => {
    const onward = { ...resource, origin: { ...origin, trace: traces.onward(origin) } };
    const { pk } = await storeResource(place, onward, now());
    await askForDelivery(pk);
  });
}

/** Of what was stored before too: its trigger may not have been sent by the one that died. */
async function askForDelivery(pk: string): Promise<void> {
  if (environment.deliveryQueue === undefined) return;
  const [error] = await sendTriggers(environment.deliveryQueue, [pk]);
  if (error !== undefined) throw error;
}

/** Tells that it is stored; where it has an entry in Quarantine, once that says so too. */
export async function tellStored({ provenance }: Submission, { issues }: Valid): Promise<void> {
  const { origin } = provenance;
  const outcome = { verdict: 'stored', issues, endedAt: now() } as const;
  await topic.tell(outcomeEvent(origin, environment.lane, outcome));
  measureSince('VerdictLatency', origin.redrivenAt ?? origin.sentAt);
  logger.debug('stored', idsOf(origin));
}

/** Quarantines an invalid resource with its OperationOutcome (R07). */
export async function reject(
  { submission, text, refusal, erasure }: Judged,
  issues: readonly Issue[],
): Promise<void> {
  const { origin } = submission.provenance;
  const outcome = boundedOutcome(issues, settings.outcomeBytesMax);
  const reason = reasonOf(issues);
  const placed =
    erasure === undefined
      ? await placeRejected(submission, text, Buffer.byteLength(outcome))
      : undefined;
  const fingerprint =
    refusal === undefined
      ? rejectionFingerprint(COMPONENT, issues)
      : refusalFingerprint(COMPONENT, refusal);
  const { lane, quarantineTable } = environment;
  const why = { reason, outcome, fingerprint, kind: 'rejection' } as const;
  const entry = { origin, lane, ...why, placed, erasure };
  const endedAt = now();
  const kept = await traces.inSpan({ name: 'reject' }, () => {
    const onward = { ...origin, trace: traces.onward(origin) };
    return quarantine(quarantineTable, { ...entry, origin: onward }, endedAt);
  });
  if (kept) {
    emit('Quarantined', 'verdict', 'invalid');
    const told = { verdict: 'rejected', issues, fingerprint, endedAt } as const;
    await topic.tell(outcomeEvent(origin, lane, told));
  } else {
    await tellEntered(submission);
  }
  measureSince('VerdictLatency', origin.redrivenAt ?? origin.sentAt);
  // Not the reason: an unknown property is named in it, and a producer chose that name (R08).
  logger.info('rejected', { ...idsOf(origin), fingerprint });
}

/** Tells the outcome that the message has already: who gave it one may have died before telling. */
export function tellEntered({ provenance }: Submission): Promise<void> {
  return tellEnteredOutcome(environment.quarantineTable, topic, provenance.origin.messageId, now());
}

/**
 * An item holds 400 KB, outcome included. What was read is kept as it was read, for its producer may put
 * something else in its place; what was not stays where it is.
 */
function placeRejected(
  { provenance, carriage, record }: Submission,
  text: string | undefined,
  outcomeBytes: number,
): PlacedBody | Promise<PlacedBody> {
  if (text === undefined && carriage.kind === 'claim-check') return { bodyS3: carriage.s3 };
  const room = settings.inlineBytesMax - outcomeBytes;
  const { messageId } = provenance.origin;
  return placeBody(environment.bucket, 'quarantine/', messageId, text ?? record.body, room);
}

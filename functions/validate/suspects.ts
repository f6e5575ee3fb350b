/** Sends suspects to their lane's isolation queue, where a death affects no other message (R03). */
import assert from 'node:assert/strict';
import { deleteAll, type Hop, hop, sendAll } from '../../aws/lane-queues.ts';
import { groupMessage, groupSuspects } from '../../core/attempt/suspect-group.ts';
import { idsOf } from '../../core/message/correlation.ts';
import { envelopeFor } from '../../core/message/origin.ts';
import type { CrashKind } from '../../packages/isolation/death.ts';
import { faultOf } from '../../telemetry/log.ts';
import type { ValidateParts } from './parts.ts';
import { bodyToHop, type Submission } from './submission.ts';

interface IsolateOptions {
  /** The crash that made them suspects, if it was seen. */
  readonly crash?: CrashKind | undefined;
  /** Until they may be received. */
  readonly delaySeconds?: number | undefined;
}

/**
 * Sends submissions to the isolation queue, each alone, and returns by position whether each was sent.
 */
export async function isolate(
  parts: ValidateParts,
  submissions: readonly Submission[],
  options: IsolateOptions = {},
): Promise<boolean[]> {
  const alone = (hops: readonly Suspect[]) => hops.map((hop) => [hop]);
  const sent = new Set(await send(parts, submissions, alone, options));
  return submissions.map((submission) => sent.has(submission));
}

/** The same for suspects of a death, in groups. Returns those that were sent. */
export function isolateTogether(
  parts: ValidateParts,
  suspects: readonly Submission[],
): Promise<readonly Submission[]> {
  return send(parts, suspects, groupSuspects);
}

interface Suspect extends Hop {
  readonly submission: Submission;
}

async function send(
  parts: ValidateParts,
  submissions: readonly Submission[],
  group: (suspects: readonly Suspect[]) => readonly (readonly Suspect[])[],
  { crash, delaySeconds }: IsolateOptions = {},
): Promise<readonly Submission[]> {
  const hops = await Promise.allSettled(
    submissions.map((submission) => toHop(parts, submission, crash)),
  );
  const waiting = delaySeconds === undefined ? {} : { delaySeconds };
  const suspects: Suspect[] = [];
  for (const [position, submission] of submissions.entries()) {
    const made = hops[position];
    if (made?.status === 'fulfilled') suspects.push({ ...made.value, ...waiting, submission });
    else logNotIsolated(parts, submission, made?.reason);
  }
  const groups = group(suspects);
  const errors = await sendAll(parts.isolationQueue, groups.map(inOneMessage));
  return groups.flatMap((members, position) => {
    const error = errors[position];
    if (error === undefined) return members.map(({ submission }) => submission);
    for (const { submission } of members) logNotIsolated(parts, submission, error);
    return [];
  });
}

function inOneMessage(members: readonly Suspect[]): Hop {
  const [first, ...others] = members;
  assert(first !== undefined, 'a group has members');
  const { submission: _, ...own } = first;
  if (others.length === 0) return own;
  return { ...groupMessage(members), groupId: first.groupId };
}

function logNotIsolated(
  { logger }: ValidateParts,
  { provenance }: Submission,
  error: unknown,
): void {
  logger.error('not isolated', { ...idsOf(provenance.origin), ...faultOf(error) });
}

/**
 * Deletes the isolated messages from the lane's queue. A message that could not be deleted comes back
 * as a suspect.
 */
export async function takeOff(
  { laneQueue, logger }: ValidateParts,
  submissions: readonly Submission[],
): Promise<void> {
  try {
    const handles = submissions.map(({ record }) => record.receiptHandle);
    await deleteAll(laneQueue, handles);
  } catch (error) {
    logger.warn('suspects not deleted from their queue', faultOf(error));
  }
}

function toHop(
  { lane, bucket, traces }: ValidateParts,
  submission: Submission,
  crash?: CrashKind,
): Promise<Hop> {
  const { provenance } = submission;
  const envelope = envelopeFor(provenance, lane, crash === undefined ? {} : { crash });
  const { origin } = provenance;
  return traces.inSpan({ name: 'isolate', kind: 'producer', origin }, () =>
    hop(bodyToHop(submission), { ...envelope, trace: traces.onward(envelope) }, bucket),
  );
}

import type { SQSRecord } from 'aws-lambda';
import { type Carriage, readCarriage, SUBMISSIONS_PREFIX } from '../../core/claim-check.ts';
import { ENVELOPE_ATTRIBUTE } from '../../core/messages.ts';
import { type Provenance, readProvenance } from '../../core/origin.ts';
import { problemRule } from '../../core/rejection-reason.ts';
import { resourceTypeOf } from '../../core/resource-type.ts';
import { largestOf, mayBeOfType, type SenderProblem } from '../../core/sources.ts';
import type { Issue } from '../../core/verdict.ts';
import { arrivalOf } from '../arrival.ts';
import { fetchBody } from '../aws/bodies-bucket.ts';
import { submissionsAreReadable } from '../aws/canary-object.ts';
import type { ObjectRefusal } from '../aws/object-refusal.ts';
import { prove, sourceRules } from '../sources.ts';
import { environment, settings } from './environment.ts';
import { issueOf } from './refusals.ts';

/** One received message: whose it is, and how it carries its resource. */
export interface Submission {
  readonly record: SQSRecord;
  readonly provenance: Provenance;
  readonly carriage: Carriage;
  readonly receives: number;
  /** Why its sender may not send it. */
  readonly refusal?: SenderProblem | undefined;
}

/** Never throws, whatever the record holds. */
export function readSubmission(record: SQSRecord): Submission {
  // Nobody of ours sends to the lane's own queue: an envelope there is a producer's invention.
  const isFirstQueue = record.eventSourceARN === environment.laneQueueArn;
  const said = arrivalOf(record, environment.bucket);
  const { messageId, sentAt } = said;
  const { [ENVELOPE_ATTRIBUTE]: _, ...plain } = said.attributes;
  const attributes = isFirstQueue ? plain : said.attributes;
  const { provenance, admission } = prove(readProvenance({ ...said, attributes }), {
    messageId,
    sentAt,
    lane: environment.lane,
    queue: isFirstQueue ? 'first' : 'behind',
    attributes: record.attributes,
    claimed: attributes['source'],
    bytes: Buffer.byteLength(record.body),
  });
  return {
    record,
    provenance,
    carriage: readCarriage(record.body, environment.bucket),
    receives: Number(record.attributes.ApproximateReceiveCount),
    ...(admission.kind === 'refused' && { refusal: admission.problem }),
  };
}

export type LoadedText =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'refused';
      readonly issue: Issue;
      /** Where it is not the message's fault but its sender's. */
      readonly problem?: SenderProblem;
    };

/**
 * The text of the resource, or why it is refused unread. Throws where the bucket cannot be read,
 * which is a fault of our own: so is an object that is refused while our canary is, too. A missing object is none: producers write the object first and S3 is
 * consistent, so it will not appear later.
 */
export async function loadText(submission: Submission): Promise<LoadedText> {
  if (submission.refusal !== undefined) return unlawful(submission.refusal);
  const { problem } = submission.provenance;
  if (problem !== undefined) return refused('invalid', problem, problemRule(problem));
  const loaded = await readText(submission);
  if (loaded.kind === 'refused' || mayCarry(submission, () => resourceTypeOf(loaded.text))) {
    return loaded;
  }
  return unlawful('resource-type');
}

/** Whether its source may send what it carries; its type is asked for only where that matters. */
export function mayCarry({ provenance }: Submission, type: () => string | undefined): boolean {
  const source = sourceRules?.known[provenance.origin.source];
  return source?.resourceTypes === undefined || mayBeOfType(source, type());
}

async function readText({ record, provenance, carriage }: Submission): Promise<LoadedText> {
  switch (carriage.kind) {
    case 'inline':
      return { kind: 'text', text: record.body };
    case 'refused':
      return refused('security', carriage.problem, carriage.rule);
    case 'claim-check': {
      const largest = largestOf(sourceRules?.known[provenance.origin.source]);
      const bytesMax = Math.min(settings.resourceBytesMax, largest);
      const { s3 } = carriage.claimCheck;
      const fetched = await fetchBody(s3, bytesMax);
      if (fetched.kind === 'text') return resourceIn(fetched.text);
      if (fetched.kind === 'too-large') {
        if (fetched.bytes <= settings.resourceBytesMax) return unlawful('size');
        const most = `the limit is ${settings.resourceBytesMax}`;
        const said = `The resource has ${fetched.bytes} bytes, ${most}`;
        return refused('too-long', said, 'claim-check/too-large');
      }
      if (fetched.kind === 'refused') {
        // What lies elsewhere was put there by us.
        const isTheirs = s3.key.startsWith(SUBMISSIONS_PREFIX);
        if (!isTheirs || !(await submissionsAreReadable(s3.bucket))) throw fetched.cause;
        return refused(...REFUSALS[fetched.refusal], `claim-check/${fetched.refusal}`);
      }
      if (fetched.kind === 'not-utf8') {
        return refused('invalid', 'The resource is not UTF-8', 'claim-check/not-utf8');
      }
      return refused('not-found', "The claim check's object does not exist", 'claim-check/missing');
    }
  }
}

/** Code and text of what the producer did to an object. */
const REFUSALS: Readonly<Record<ObjectRefusal, readonly [code: string, text: string]>> = {
  forbidden: ['forbidden', "The claim check's object may not be read: S3 denies access to it"],
  archived: ['not-supported', "The claim check's object is archived"],
  encrypted: ['not-supported', "The claim check's object is encrypted with a key of its sender's"],
  unreadable: ['not-supported', "S3 does not hand out the claim check's object"],
};

/**
 * What a claim check points to is a resource, and not another claim check. A bad claim check that no longer
 * fitted into its hop is in the bucket itself, and is refused as it was before.
 */
function resourceIn(text: string): LoadedText {
  const carriage = readCarriage(text, environment.bucket);
  if (carriage.kind === 'inline') return { kind: 'text', text };
  return carriage.kind === 'refused'
    ? refused('security', carriage.problem, carriage.rule)
    : refused(
        'security',
        'The claim check points to another claim check',
        'claim-check/another-claim-check',
      );
}

function refused(code: string, text: string, rule: string): LoadedText {
  return { kind: 'refused', issue: { severity: 'error', code, text, rule } };
}

function unlawful(problem: SenderProblem): LoadedText {
  return { kind: 'refused', issue: issueOf(problem), problem };
}

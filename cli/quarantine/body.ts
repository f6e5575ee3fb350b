/** The bodies of quarantined messages: in their entry, or in the bucket. */

import { fetchBody } from '../../aws/bodies-bucket.ts';
import type { QuarantineRecord } from '../../aws/quarantine-entries.ts';
import { claimCheckTo, SUBMISSIONS_PREFIX } from '../../core/message/claim-check.ts';
import type { QuarantineStage } from './stage.ts';

/** More than any resource that a lane accepts. */
const BYTES_MAX = 100 * 1024 * 1024;

/** An entry's body is gone, so nothing can be sent back. */
export class BodyGone extends Error {
  override readonly name = 'BodyGone';
}

/** The text as it was submitted. Throws {@link BodyGone} if it is no longer there. */
export async function textOf(
  { bucket, later }: Pick<QuarantineStage, 'bucket' | 'later'>,
  entry: Pick<QuarantineRecord, 'body' | 'bodyS3' | 'erasure'>,
): Promise<string> {
  if (entry.body !== undefined) return entry.body;
  if (entry.erasure !== undefined) throw new BodyGone('its patient was erased');
  if (entry.bodyS3 === undefined) throw new BodyGone('the entry has no body');
  const fetched = await fetchBody({ s3: bucket.s3, later }, entry.bodyS3, BYTES_MAX);
  if (fetched.kind === 'text') return fetched.text;
  const why = fetched.kind === 'refused' ? fetched.refusal : fetched.kind;
  throw new BodyGone(`its object ${entry.bodyS3.key} is ${why}`);
}

/**
 * The body of the message to send. A body that was never read is sent as its claim check, and `validate`
 * decides; a stored one is read and sent.
 */
export async function messageBodyOf(
  stage: QuarantineStage,
  entry: QuarantineRecord,
): Promise<string> {
  const { bodyS3 } = entry;
  return bodyS3?.key.startsWith(SUBMISSIONS_PREFIX) ? claimCheckTo(bodyS3) : textOf(stage, entry);
}

/** Type and id, as far as the text has them. */
export function identityOf(text: string): { resourceType?: string; id?: string } {
  try {
    const { resourceType, id } = JSON.parse(text) ?? {};
    return {
      ...(typeof resourceType === 'string' && { resourceType }),
      ...(typeof id === 'string' && { id }),
    };
  } catch {
    return {};
  }
}

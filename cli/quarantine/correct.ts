/** Stores a corrected body of an entry beside the original; both stay (core/message/correction.ts). */
import { readFile, stat } from 'node:fs/promises';
import { putBody } from '../../aws/bodies-bucket.ts';
import type { Bucket } from '../../aws/handles.ts';
import { keepCorrection } from '../../aws/quarantine-corrections.ts';
import type { QuarantineRecord } from '../../aws/quarantine-entries.ts';
import { correctionsAfter } from '../../core/message/correction.ts';
import { UsageError } from '../usage-error.ts';
import { BodyGone } from './body.ts';
import type { QuarantineStage } from './stage.ts';

/** More than any resource that a lane accepts. */
const BYTES_MAX = 100 * 1024 * 1024;

/** @throws UsageError if there is no such file, or it is not a text. */
export async function readCorrection(file: string): Promise<string> {
  const size = await stat(file)
    .then((found) => (found.isFile() ? found.size : undefined))
    .catch(() => undefined);
  if (size === undefined) throw new UsageError(`--with ${file}: there is no such file`);
  if (size === 0 || size > BYTES_MAX) {
    throw new UsageError(`--with ${file}: it has ${size} bytes; it must have 1 to ${BYTES_MAX}`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file));
  } catch (cause) {
    throw new UsageError(`--with ${file}: it is not UTF-8`, { cause });
  }
}

/** The entry to be sent; undefined if it has changed since it was read. */
export async function correct(
  { quarantineTable, bucket }: Pick<QuarantineStage, 'quarantineTable' | 'bucket'>,
  entry: QuarantineRecord,
  text: string,
  said: { readonly at: number; readonly by: string; readonly why: string },
): Promise<QuarantineRecord | undefined> {
  if (entry.delivery !== undefined) {
    throw new BodyGone('the resource is stored: submit it again, corrected, instead');
  }
  if (entry.erasure !== undefined) throw new BodyGone('its patient was erased');
  const bodyS3 = await putBody(bucket, 'quarantine/', ownerOf(entry), text);
  const corrections = correctionsAfter(entry.corrections ?? [], { ...said, bodyS3 });
  const original = entry.original ?? (await placeOriginal(bucket, entry));
  if (!(await keepCorrection(quarantineTable, entry, { original, corrections }))) return undefined;
  const { body: _, ...rest } = entry;
  return { ...rest, bodyS3 };
}

/** The next ending of the entry replaces this body by its own. */
async function placeOriginal(bucket: Bucket, entry: QuarantineRecord) {
  const { body, bodyS3 } = entry;
  return body === undefined ? bodyS3 : putBody(bucket, 'quarantine/', ownerOf(entry), body);
}

const ownerOf = ({ pk: messageId, ...entry }: QuarantineRecord) => ({ messageId, ...entry });

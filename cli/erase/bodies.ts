/** Finds patients in the bucket of bodies: every version of every object, by its content. */
import pLimit from 'p-limit';
import type { Bucket } from '../../aws/handles.ts';
import type { KeyedHash } from '../../aws/keyed-hash.ts';
import {
  deleteVersion,
  type ObjectVersion,
  readVersion,
  versionsBelow,
} from '../../aws/object-versions.ts';
import { type ErasureBook, patientKey } from '../../core/erasure/erasure.ts';
import { type Named, patientsNamed } from '../../core/erasure/patient-references.ts';
import { HOPS_PREFIX, SUBMISSIONS_PREFIX } from '../../core/message/claim-check.ts';
import { TargetError } from '../target.ts';

/** Prefixes of bodies. Producers choose the names of keys below `submissions/`. */
const PREFIXES = [SUBMISSIONS_PREFIX, HOPS_PREFIX, 'resources/', 'quarantine/'];

/** At once: a body may have 10 MiB. */
const READS_MAX = 8;

export interface FoundVersion extends ObjectVersion {
  readonly named: Named;
  /** When it was submitted: its message if the version says so, otherwise itself. Epoch ms. */
  readonly sentAt: number;
  /** Hashes of the sources that it may be from, if it says so. */
  readonly sources: readonly string[] | undefined;
}

export interface FoundBody {
  /** Of all its versions together. */
  readonly named: Named;
  readonly versions: readonly FoundVersion[];
}

export interface FoundBodies {
  /** By key: the objects that name a patient who was erased in any source. */
  readonly byKey: ReadonlyMap<string, FoundBody>;
  /** Versions of producers that S3 does not return. */
  readonly unreadable: number;
}

/**
 * Reads every version. Costs a request and a transfer for each.
 * @throws TargetError if S3 returns none of the objects beside those that it refuses: then our key, role or policy is the reason
 */
export async function findBodies(
  bucket: Bucket,
  book: ErasureBook,
  hash: KeyedHash,
): Promise<FoundBodies> {
  const reading = pLimit(READS_MAX);
  const byKey = new Map<string, FoundBody>();
  let readable: ObjectVersion | undefined;
  const refused: ObjectVersion[] = [];
  const look = async (version: ObjectVersion) => {
    const found = await readVersion(bucket, version);
    if (found === 'gone') return;
    if (found === 'refused') {
      refused.push(version);
      return;
    }
    readable = version;
    const named = patientsNamed(found.text);
    if (!isOfAny(named, book, hash)) return;
    const { sentAt = version.modifiedAt, sources } = found;
    const before = byKey.get(version.key);
    const patients = new Set([...(before?.named.patients ?? []), ...named.patients]);
    const versions = [...(before?.versions ?? []), { ...version, named, sentAt, sources }];
    byKey.set(version.key, { named: { ...named, patients }, versions });
  };
  const lookAt = (all: readonly ObjectVersion[]) =>
    Promise.all(all.map((version) => reading(() => look(version))));
  for (const prefix of PREFIXES) {
    for await (const page of versionsBelow(bucket, prefix)) await lookAt(page);
  }
  if (refused.length > 0) {
    await mustBeReadable(bucket, readable, refused.length);
    // The key may have been away when they were read.
    await lookAt(refused.splice(0));
    if (refused.length > 0) await mustBeReadable(bucket, readable, refused.length);
  }
  return { byKey, unreadable: refused.length };
}

/** Beside objects that S3 refuses. */
async function mustBeReadable(bucket: Bucket, known: ObjectVersion | undefined, refused: number) {
  const found = known === undefined ? 'refused' : await readVersion(bucket, known);
  if (typeof found === 'object') return;
  throw new TargetError(
    `S3 returns none of the objects beside ${refused} that it refuses: check that the stage's key is enabled and that this role may use it, then run this again`,
  );
}

function isOfAny({ patients }: Named, { sources, byPatient }: ErasureBook, hash: KeyedHash) {
  for (const id of patients) {
    for (const source of sources) if (byPatient.has(hash(patientKey(source, id)))) return true;
  }
  return false;
}

/** Deletes every version of a key of our own: all of them hold the same. */
export async function deleteAll(bucket: Bucket, key: string): Promise<number> {
  let deleted = 0;
  for await (const page of versionsBelow(bucket, key)) {
    for (const version of page) {
      if (version.key !== key) continue;
      await deleteVersion(bucket, version);
      deleted += 1;
    }
  }
  return deleted;
}

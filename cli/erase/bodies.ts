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
  readonly read: number;
  /** Versions that S3 does not return. */
  readonly unreadable: number;
}

/** Reads every version. Costs a request and a transfer for each. */
export async function findBodies(
  bucket: Bucket,
  book: ErasureBook,
  hash: KeyedHash,
): Promise<FoundBodies> {
  const reading = pLimit(READS_MAX);
  const byKey = new Map<string, FoundBody>();
  let read = 0;
  let unreadable = 0;
  const look = async (version: ObjectVersion) => {
    const found = await readVersion(bucket, version);
    if (found === 'gone') return;
    read += 1;
    if (found === 'refused') {
      unreadable += 1;
      return;
    }
    const named = patientsNamed(found.text);
    if (!isOfAny(named, book, hash)) return;
    const { sentAt = version.modifiedAt, sources } = found;
    const before = byKey.get(version.key);
    const patients = new Set([...(before?.named.patients ?? []), ...named.patients]);
    const versions = [...(before?.versions ?? []), { ...version, named, sentAt, sources }];
    byKey.set(version.key, { named: { ...named, patients }, versions });
  };
  for (const prefix of PREFIXES) {
    for await (const page of versionsBelow(bucket, prefix)) {
      await Promise.all(page.map((version) => reading(() => look(version))));
    }
  }
  return { byKey, read, unreadable };
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

/**
 * Which call a delivery makes next, so that the FHIR server ends with the newest version (R05).
 *
 * A PUT that we gave up on may take effect later: the server may have been waiting for a lock. If the PUT
 * named a version (`If-Match`) this does no harm, because it fails as soon as another PUT has moved the
 * version on. So a known version is always named, and after a conflict it is read and then named. A PUT
 * without a version has no such fence. It happens if we know no version: the first PUT of a resource, and
 * every PUT to a server without ETags. After one whose end is unknown the newest version is sent at once,
 * as always, but the delivery is not over before `lateUntil`, when such a PUT can no longer take effect.
 * Then a read must show the version of our latest PUT. If it shows another, or none, the PUT is made again.
 *
 * Rejected: to send nothing until `lateUntil`. It saves the read and leaves the server with an old version
 * for a minute.
 *
 * The limits: what takes effect later than `lateUntil` is not seen; and a server that sends ETags must
 * respect `If-Match`, and must never use a version twice.
 */

import type { Said } from './delivery-meaning.ts';

/** What our table knows about the version that the server holds. */
export interface ServerSeen {
  /** The version to name: that of our latest PUT, or one read since. */
  readonly version?: string | undefined;
  /** Epoch ms: after this time no PUT without a version can take effect any more. */
  readonly lateUntil?: number | undefined;
  /** The server said that it holds another version than the one named, and it has not been read yet. */
  readonly isConflict: boolean;
  /** The server has answered a PUT of this very submission. */
  readonly isAnswered: boolean;
}

export type NextCall =
  | { readonly kind: 'put' }
  | { readonly kind: 'read' }
  | { readonly kind: 'wait'; readonly until: number };

export function nextCall(seen: ServerSeen, now: number): NextCall {
  const { version, lateUntil, isConflict, isAnswered } = seen;
  if (isConflict) return { kind: 'read' };
  if (!isAnswered || lateUntil === undefined) return { kind: 'put' };
  if (now < lateUntil) return { kind: 'wait', until: lateUntil };
  return { kind: version === undefined ? 'put' : 'read' };
}

/** Whether a PUT that began at that time and succeeded ends the delivery. */
export function isLastWord(lateUntil: number | undefined, begunAt: number): boolean {
  return lateUntil === undefined || begunAt >= lateUntil;
}

/** The new `lateUntil` after a PUT whose result is unknown, and which was over by `endedAt`. */
export function lateUntilAfter(
  { version, lateUntil }: Pick<ServerSeen, 'version' | 'lateUntil'>,
  endedAt: number,
  lateMs: number,
): number | undefined {
  return version === undefined ? Math.max(lateUntil ?? 0, endedAt + lateMs) : lateUntil;
}

/** What the response to a GET says about the version that the server holds. */
export type VersionRead =
  | { readonly kind: 'version'; readonly version: string }
  /** No version, or none that we can read: no resource, no ETag, no permission. */
  | { readonly kind: 'none' }
  | { readonly kind: 'failed' };

export interface SaidOfVersion extends Pick<Said, 'status' | 'isForPeople'> {
  /** Its ETag. */
  readonly version: string | undefined;
}

/** Statuses that another time, or another token, may change. */
const FOR_NOW = [401, 408, 425, 429];

/** 403 is not a failure here: some clients may write, and not read. */
export function versionIn({ status, isForPeople, version }: SaidOfVersion): VersionRead {
  if (status >= 200 && status < 300) {
    if (isForPeople) return { kind: 'failed' };
    return version === undefined ? { kind: 'none' } : { kind: 'version', version };
  }
  const isRefused = status >= 400 && status < 500 && !FOR_NOW.includes(status);
  return { kind: isRefused ? 'none' : 'failed' };
}

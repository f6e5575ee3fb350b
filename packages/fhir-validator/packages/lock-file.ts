/**
 * fhir-packages.lock.json: the version that each range was resolved to, and a hash of each package.
 * A build with a lock file uses the same packages, or fails.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import * as z from 'zod';
import { type FhirPackage, PackageError } from './fhir-package.ts';
import { nameOf } from './package-name.ts';

const schema = z.strictObject({
  /** `id#1.0.x` to `1.0.3`. */
  versions: z.record(z.string(), z.string()).default({}),
  /** `id#version` to the hash of the content. */
  packages: z.record(z.string(), z.string()).default({}),
});
export type Lock = z.output<typeof schema>;

export const NO_LOCK: Lock = { versions: {}, packages: {} };

export function readLock(file: string): Lock {
  if (!existsSync(file)) return NO_LOCK;
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new PackageError(`${file} cannot be read: delete it to pin the packages again`, {
      cause,
    });
  }
}

/** Writes the file only if the content differs, so that a build without changes touches no file. */
export function writeLock(file: string, lock: Lock): void {
  const sorted = { versions: sort(lock.versions), packages: sort(lock.packages) };
  const text = `${JSON.stringify(sorted, undefined, 2)}\n`;
  const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const isNeeded = Object.keys(sorted.packages).length > 0 || before !== '';
  if (isNeeded && text !== before) writeFileSync(file, text);
}

/**
 * Throws PackageError if a pinned package has changed. A folder is the user's own work and may
 * change.
 */
export function checkPinned(found: FhirPackage, lock: Lock): void {
  const pinned = lock.packages[nameOf(found)];
  if (found.isFolder || pinned === undefined || pinned === found.integrity) return;
  throw new PackageError(
    `${found.from}: its content differs from ${nameOf(found)} in fhir-packages.lock.json. ` +
      'If the change is intended, delete its line there.',
  );
}

function sort(record: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * The FHIR package cache that all FHIR tools of a machine share. Each package has a folder
 * `id#version`. https://confluence.hl7.org/display/FHIR/FHIR+Package+Cache
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join, sep } from 'node:path';
import { type FhirPackage, PackageError, readPackageFolder } from './fhir-package.ts';
import { nameOf, type PackageName } from './package-name.ts';
import { readTarball } from './tar.ts';

/** With all folders above it. Node's own way does not return where the system accepts none, as below /proc. */
export function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another process may have been first.
    if (!existsSync(folder)) throw error;
  }
}

export class PackageCache {
  readonly folder: string;

  /** `folder` may start with `~`. */
  constructor(folder: string) {
    this.folder = folder.replace(/^~(?=\/|$)/, homedir());
  }

  versionsOf(id: string): string[] {
    if (!existsSync(this.folder)) return [];
    const prefix = `${id}#`;
    const names = readdirSync(this.folder).filter((each) => each.startsWith(prefix));
    return names.map((each) => each.slice(prefix.length));
  }

  read(name: PackageName): FhirPackage | undefined {
    const folder = this.#place(name);
    if (!existsSync(join(folder, 'package'))) return undefined;
    return { ...readPackageFolder(folder), ...name, isFolder: false };
  }

  /** A package names its dependencies, so a name may be any text. */
  #place(name: PackageName): string {
    const place = join(this.folder, nameOf(name));
    if (basename(place) === nameOf(name)) return place;
    throw new PackageError(`${nameOf(name)} is not the name of a package`);
  }

  /** Unpacks to a temporary folder and then renames it, so that no reader sees half a package. */
  add(name: PackageName, tarball: Uint8Array): void {
    const place = this.#place(name);
    makeFolder(this.folder);
    const unpacked = mkdtempSync(join(this.folder, '.unpacking-'));
    try {
      for (const { path, content } of readTarball(tarball)) {
        const to = join(unpacked, path);
        if (!to.startsWith(unpacked + sep)) throw new PackageError(`${nameOf(name)}: path ${path}`);
        mkdirSync(dirname(to), { recursive: true });
        writeFileSync(to, content);
      }
      if (!existsSync(place)) renameSync(unpacked, place);
    } finally {
      rmSync(unpacked, { recursive: true, force: true });
    }
  }
}

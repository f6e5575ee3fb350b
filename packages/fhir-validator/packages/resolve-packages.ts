/**
 * Finds the packages of `fhir.packages` and all their dependencies: one version of each id, unless
 * several are configured. A dependency that cannot be found is returned as missing, because only
 * the compiler knows whether the profiles need it.
 */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  type FhirPackage,
  PackageError,
  readPackageFolder,
  readPackageTarball,
} from './fhir-package.ts';
import { checkPinned, type Lock } from './lock-file.ts';
import type { PackageCache } from './package-cache.ts';
import {
  compareVersions,
  isExact,
  nameOf,
  newestMatching,
  type PackageName,
  parsePackageName,
} from './package-name.ts';
import { type PackageRegistry, RegistryError } from './package-registry.ts';

/** Packages that the validator itself is compiled from. */
const BUILT_IN = /^hl7\.fhir\.r4\.(core|examples|expansions|search)$/;
const FHIR_VERSION = /^4\.0(\.|$)/;

export interface Sources {
  /** Paths in the configuration are relative to this folder. */
  readonly root: string;
  readonly cache: PackageCache;
  readonly registry: PackageRegistry;
  readonly lock: Lock;
  /** Finds an installed package with that id, used if the wanted version is not available. */
  readonly builtIn?: (id: string) => FhirPackage | undefined;
}

export interface Missing extends PackageName {
  readonly wantedBy: string;
  readonly reason: string;
}

export interface ResolvedPackages {
  /** The configured packages, in that order. */
  readonly configured: readonly FhirPackage[];
  readonly dependencies: readonly FhirPackage[];
  readonly missing: readonly Missing[];
  /** Lines that say where another version was used than asked for. */
  readonly remarks: readonly string[];
  readonly lock: Lock;
}

export async function resolvePackages(
  specs: readonly string[],
  sources: Sources,
): Promise<ResolvedPackages> {
  const versions: Record<string, string> = {};
  const configured: FhirPackage[] = [];
  for (const spec of specs) configured.push(await configuredPackage(spec, sources, versions));
  const found = new Map<string, FhirPackage>();
  const missing = new Map<string, Missing>();
  const remarks: string[] = [];
  const open = [...configured];
  for (let of = open.shift(); of; of = open.shift()) {
    for (const [id, version] of Object.entries(of.dependencies)) {
      if (BUILT_IN.test(id)) continue;
      const own = configured.filter((each) => each.id === id);
      if (own.length > 0) {
        remarks.push(...replaced(of, { id, version }, own));
        continue;
      }
      const known = found.get(id);
      if (known && (!isExact(version) || compareVersions(known.version, version) >= 0)) continue;
      const wanted = { id, version, wantedBy: nameOf(of) };
      const asked = await dependency(wanted, sources, versions);
      const instead = 'reason' in asked ? sources.builtIn?.(id) : undefined;
      if ('reason' in asked && instead)
        remarks.push(`${asked.reason}; ${nameOf(instead)} is used instead`);
      const got = instead ?? asked;
      if ('reason' in got) missing.set(nameOf(got), got);
      else {
        found.set(id, got);
        open.push(got);
      }
    }
  }
  const dependencies = [...found.values()];
  const all = [...configured, ...dependencies];
  for (const each of all) checkPinned(each, sources.lock);
  const pinned = all.filter((each) => !each.isFolder);
  return {
    configured,
    dependencies,
    missing: [...missing.values()].filter(({ id }) => !found.has(id)),
    remarks: [...new Set(remarks)],
    lock: {
      versions,
      packages: Object.fromEntries(pinned.map((each) => [nameOf(each), each.integrity])),
    },
  };
}

async function configuredPackage(
  spec: string,
  sources: Sources,
  versions: Record<string, string>,
): Promise<FhirPackage> {
  const name = parsePackageName(spec);
  const found = name
    ? await named(name, sources, versions)
    : atPath(resolve(sources.root, spec), spec);
  const { fhirVersions } = found;
  if (fhirVersions.length > 0 && !fhirVersions.some((each) => FHIR_VERSION.test(each))) {
    throw new PackageError(`${spec} is for FHIR ${fhirVersions.join(', ')}; this validates 4.0.1`);
  }
  return found;
}

function atPath(path: string, spec: string): FhirPackage {
  if (!existsSync(path)) {
    throw new PackageError(`${spec}: no such file or folder (to name a package, write id#version)`);
  }
  return /\.t(ar\.)?gz$/.test(path)
    ? readPackageTarball(readFileSync(path), spec)
    : readPackageFolder(path);
}

async function dependency(
  wanted: PackageName & { wantedBy: string },
  sources: Sources,
  versions: Record<string, string>,
): Promise<FhirPackage | Missing> {
  try {
    return await named(wanted, sources, versions);
  } catch (error) {
    if (error instanceof PackageError) return { ...wanted, reason: error.message };
    throw error;
  }
}

/** Looks in the cache, then in the registry. A package from the registry is added to the cache. */
async function named(
  wanted: PackageName,
  sources: Sources,
  versions: Record<string, string>,
): Promise<FhirPackage> {
  const { cache, registry } = sources;
  try {
    const version = await exactVersion(wanted, sources);
    if (version !== wanted.version) versions[nameOf(wanted)] = version;
    const name = { id: wanted.id, version };
    const cached = cache.read(name);
    if (cached) return cached;
    cache.add(name, await registry.download(name));
    const added = cache.read(name);
    if (added) return added;
    throw new PackageError(`${nameOf(name)}: the registry's tarball has no folder package/`);
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    const others = cache.versionsOf(wanted.id).sort(compareVersions).join(', ');
    const has = others === '' ? '' : `, which has ${others}`;
    const where = `not in ${cache.folder}${has}, and ${error.message}`;
    throw new PackageError(`${nameOf(wanted)}: ${where}`, { cause: error });
  }
}

/** The pinned version, or the newest of the registry, or the newest in the cache. */
async function exactVersion(wanted: PackageName, sources: Sources): Promise<string> {
  if (isExact(wanted.version)) return wanted.version;
  const pinned = sources.lock.versions[nameOf(wanted)];
  if (pinned !== undefined) return pinned;
  const cached = sources.cache.versionsOf(wanted.id);
  // `current` and `dev` are builds that are in no registry.
  if (cached.includes(wanted.version)) return wanted.version;
  const inCache = newestMatching(cached, wanted.version);
  try {
    const listed = await sources.registry.versionsOf(wanted.id);
    return newestMatching(listed, wanted.version) ?? inCache ?? wanted.version;
  } catch (error) {
    if (error instanceof RegistryError && inCache !== undefined) return inCache;
    throw error;
  }
}

function replaced(of: FhirPackage, wanted: PackageName, own: readonly FhirPackage[]): string[] {
  if (own.some(({ version }) => version === wanted.version) || !isExact(wanted.version)) return [];
  const used = own.map(({ version }) => version).join(', ');
  return [`${nameOf(of)} asks for ${nameOf(wanted)}; the configured ${used} is used instead`];
}

/** Compiles generated code from the settings of `fhir`: for the build, and for `validate --ig`. */
import type { z } from 'zod';
import {
  packageFolder,
  readDefinitions,
  readLater,
} from '../../packages/fhir-validator/compiler/definitions.ts';
import {
  emitModule,
  type GeneratedModule,
} from '../../packages/fhir-validator/compiler/emit-module.ts';
import {
  failureText,
  GapError,
  type GapReport,
  reportGaps,
} from '../../packages/fhir-validator/compiler/package-report.ts';
import { selectionsOf } from '../../packages/fhir-validator/compiler/selections.ts';
import {
  type FhirPackage,
  readPackageFolder,
} from '../../packages/fhir-validator/packages/fhir-package.ts';
import type { Lock } from '../../packages/fhir-validator/packages/lock-file.ts';
import { PackageCache } from '../../packages/fhir-validator/packages/package-cache.ts';
import { PackageRegistry } from '../../packages/fhir-validator/packages/package-registry.ts';
import {
  type ResolvedPackages,
  resolvePackages,
} from '../../packages/fhir-validator/packages/resolve-packages.ts';
import type { fhirConfigSchema } from '../config/fhir-config.ts';

export type FhirSettings = z.output<typeof fhirConfigSchema>;

/** The package with the base definitions. */
export const BASE_PACKAGE = 'hl7.fhir.r4.examples';
/** HL7's own packages. Any version is better than none. */
const BUILT_IN = ['hl7.terminology.r4', 'hl7.fhir.uv.extensions.r4'];

/** @param root folder that paths in `packages` are relative to */
export function resolveSettings(
  { packages, packageCache, packageRegistry }: FhirSettings,
  root: string,
  lock: Lock,
): Promise<ResolvedPackages> {
  return resolvePackages(packages, {
    root,
    cache: new PackageCache(packageCache),
    registry: new PackageRegistry(packageRegistry, fetch),
    lock,
    builtIn: builtInPackage,
  });
}

/** @throws GapError if a profile cannot be enforced, and the config does not accept that */
export function compileSettings(
  settings: FhirSettings,
  { configured, dependencies, missing }: ResolvedPackages,
): GeneratedModule & Pick<GapReport, 'open' | 'accepted'> {
  const { allowPartial, profiles, profilesBySource } = settings;
  const { unknownExtension, referenceTarget, unknownProfile } = settings;
  const generated = emitModule(
    readDefinitions(packageFolder(BASE_PACKAGE)),
    configured,
    { unknownExtension, referenceTarget, unknownProfile },
    readLater(),
    { dependencies, selections: selectionsOf(profiles, profilesBySource, configured) },
  );
  const { open, accepted, failures } = reportGaps(generated.guides.slice(1), allowPartial);
  if (failures.length > 0) {
    throw new GapError(failureText(failures, missing.map(missingText)), failures);
  }
  return { ...generated, open, accepted };
}

export function missingText({ wantedBy, reason }: ResolvedPackages['missing'][number]): string {
  return `${reason} (${wantedBy} depends on it)`;
}

/**
 * A package that the validator is compiled with anyway, in another version than the one asked for.
 */
function builtInPackage(id: string): FhirPackage | undefined {
  if (!BUILT_IN.includes(id)) return undefined;
  try {
    return { ...readPackageFolder(packageFolder(id)), isFolder: false };
  } catch {
    return undefined;
  }
}

/** The part of the config that says which packages the validator is compiled with, and its policies. */
import { z } from 'zod';

/** By type of resource: canonical urls of profiles. */
const profileSelectionSchema = z
  .record(
    z.string().regex(/^[A-Z][A-Za-z]+$/, 'must be a type of resource'),
    z.strictObject({
      always: z.array(z.string().min(1)).default([]),
      /** For a resource that declares no profile that is at hand. */
      ifNoneDeclared: z.array(z.string().min(1)).default([]),
    }),
  )
  .default({});

export const fhirConfigSchema = z
  .strictObject({
    /** FHIR packages whose profiles and extensions are enforced as well: `id#version`, a `.tgz`, a folder. */
    packages: z.array(z.string().min(1)).default([]),
    /** Where packages by name are looked for first, and kept. */
    packageCache: z.string().min(1).default('~/.fhir/packages'),
    /** A FHIR package registry, for what is not in the cache. */
    packageRegistry: z.url({ protocol: /^https?$/ }).default('https://packages.fhir.org'),
    /** Canonical urls of profiles that may be enforced in part; the build says what is left out. */
    allowPartial: z.array(z.string().min(1)).default([]),
    /** Profiles by type of resource, whatever meta.profile says. */
    profiles: profileSelectionSchema,
    /** By source, in the place of what `profiles` says of the types named. */
    profilesBySource: z.record(z.string(), profileSelectionSchema).default({}),
    /** An extension that no definition at hand describes. */
    unknownExtension: z.enum(['error', 'warning', 'ignore']).default('warning'),
    /** A reference to a type of resource that the element does not allow. */
    referenceTarget: z.enum(['error', 'warning', 'ignore']).default('error'),
    /** A profile in meta.profile of which there is no definition at hand. */
    unknownProfile: z.enum(['error', 'warning', 'ignore']).default('warning'),
  })
  .prefault({});

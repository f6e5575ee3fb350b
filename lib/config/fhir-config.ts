/** The packages that the validator is compiled with, and its policies. */
import { z } from 'zod';

/** By type of resource: canonical urls of profiles. */
const profileSelectionSchema = z
  .record(
    z.string().regex(/^[A-Z][A-Za-z]+$/, 'must be a type of resource'),
    z.strictObject({
      always: z.array(z.string().min(1)).default([]),
      /** For a resource that declares no known profile. */
      ifNoneDeclared: z.array(z.string().min(1)).default([]),
    }),
  )
  .default({});

export const fhirConfigSchema = z
  .strictObject({
    /** FHIR packages whose profiles and extensions are enforced as well: `id#version`, a `.tgz`, a folder. */
    packages: z.array(z.string().min(1)).default([]),
    /** Folder in which packages are looked up first, and kept. */
    packageCache: z.string().min(1).default('~/.fhir/packages'),
    /** A FHIR package registry, for what is not in the cache. */
    packageRegistry: z.url({ protocol: /^https?$/ }).default('https://packages.fhir.org'),
    /** Canonical urls of profiles that may be enforced in part; the build prints what is left out. */
    allowPartial: z.array(z.string().min(1)).default([]),
    /** Profiles by type of resource, whatever meta.profile says. */
    profiles: profileSelectionSchema,
    /** By source; replaces `profiles` for the types named. */
    profilesBySource: z.record(z.string(), profileSelectionSchema).default({}),
    /** Policy for an extension without a known definition. */
    unknownExtension: z.enum(['error', 'warning', 'ignore']).default('warning'),
    /** Policy for a reference to a type of resource that the element does not allow. */
    referenceTarget: z.enum(['error', 'warning', 'ignore']).default('error'),
    /** Policy for a profile in meta.profile without a known definition. */
    unknownProfile: z.enum(['error', 'warning', 'ignore']).default('warning'),
  })
  .prefault({});

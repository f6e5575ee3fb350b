/** FHIR packages compiled beside the base definitions, as `npm run build` does. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { emitModule } from '../../../../packages/fhir-validator/compiler/emit-module.ts';
import type { GuidePackage } from '../../../../packages/fhir-validator/compiler/guide/library.ts';
import { readPackageFolder } from '../../../../packages/fhir-validator/packages/fhir-package.ts';
import type { Profiles } from '../../../../packages/fhir-validator/runtime/profiles.ts';
import { Report } from '../../../../packages/fhir-validator/runtime/report.ts';
import { dispatch } from '../../../../packages/fhir-validator/runtime/resources.ts';
import type { Selection } from '../../../../packages/fhir-validator/runtime/selection.ts';
import type { Check } from '../../../../packages/fhir-validator/runtime/shapes.ts';
import { base, later } from './base-definitions.ts';

const POLICIES = {
  unknownExtension: 'warning',
  referenceTarget: 'error',
  unknownProfile: 'warning',
} as const;

/** Returns a function that validates with the package; `summary` is the compiler's message. */
export async function compiledWith(folder: string, name: string) {
  return compiledGuides([readPackageFolder(folder)], name);
}

export async function compiledGuides(
  configured: readonly GuidePackage[],
  name: string,
  dependencies: readonly GuidePackage[] = [],
) {
  const { source, guides, summary } = emitModule(base, configured, POLICIES, later(), {
    dependencies,
    prefix: `${name}-`,
  });
  const output = new URL('../../../../packages/fhir-validator/generated/', import.meta.url);
  mkdirSync(output, { recursive: true });
  const file = new URL(`${name}.js`, output);
  for (const each of guides) writeFileSync(new URL(each.file, output), each.source);
  writeFileSync(file, source);
  const module = (await import(/* @vite-ignore */ file.href)) as {
    resources: ReadonlyMap<string, Check>;
    profiles: Profiles;
  };
  const validate = (
    resource: Record<string, unknown>,
    undecided = false,
    selection: Selection = {},
  ) => {
    const resourceTypes = module.resources;
    const report = new Report({ ...POLICIES, issuesMax: 100, undecided, resourceTypes, selection });
    dispatch(resource, module.resources, module.profiles, report, false);
    report.finish(String(resource['resourceType']));
    return report.issues;
  };
  const gaps = guides.slice(1).flatMap((each) => each.gaps);
  return { validate, summary, gaps, guides, profiles: module.profiles };
}

/** A small FHIR package of our own, compiled beside the base definitions as `npm run build` does. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { packageFolder, readDefinitions, readLater } from '../../../fhir/compiler/definitions.ts';
import { emitModule } from '../../../fhir/compiler/emit-module.ts';
import type { Profiles } from '../../../fhir/runtime/profiles.ts';
import { Report } from '../../../fhir/runtime/report.ts';
import { dispatch } from '../../../fhir/runtime/resources.ts';
import type { Check } from '../../../fhir/runtime/shapes.ts';

const POLICIES = {
  unknownExtension: 'warning',
  referenceTarget: 'error',
  unknownProfile: 'warning',
} as const;

/** Returns a function that validates with the package; `summary` is what the compiler said. */
export async function compiledWith(folder: string, name: string) {
  const base = readDefinitions(packageFolder('hl7.fhir.r4.examples'));
  const { source, summary } = emitModule(base, [readDefinitions(folder)], POLICIES, readLater());
  const output = new URL('../../../fhir/generated/', import.meta.url);
  mkdirSync(output, { recursive: true });
  const file = new URL(`${name}.js`, output);
  writeFileSync(file, source);
  const module = (await import(/* @vite-ignore */ file.href)) as {
    resources: ReadonlyMap<string, Check>;
    profiles: Profiles;
  };
  const validate = (resource: Record<string, unknown>, undecided = false) => {
    const resourceTypes = module.resources;
    const report = new Report({ ...POLICIES, issuesMax: 100, undecided, resourceTypes });
    dispatch(resource, module.resources, module.profiles, report, false);
    report.finish(String(resource['resourceType']));
    return report.issues;
  };
  return { validate, summary };
}

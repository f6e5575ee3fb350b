/** The official example instances, in the package of the definitions. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolder } from '../../../../packages/fhir-validator/compiler/definitions.ts';

/** Conformance resources define FHIR and are not examples of data. */
const CONFORMANCE =
  /^(StructureDefinition|ValueSet|CodeSystem|SearchParameter|OperationDefinition|CompartmentDefinition|ConceptMap|NamingSystem|CapabilityStatement|ImplementationGuide|StructureMap|GraphDefinition)-|^(package|ig-r4|\.index)\.json$/;

export interface Example {
  readonly file: string;
  readonly text: string;
}

export function readExamples(): Example[] {
  const folder = packageFolder('hl7.fhir.r4.examples');
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json') && !CONFORMANCE.test(file))
    .sort()
    .map((file) => ({ file, text: readFileSync(join(folder, file), 'utf8') }));
}

/** The base definitions, which take half a second to read: once for all tests of a process. */
import {
  type Later,
  packageFolder,
  readDefinitions,
  readLater,
} from '../../../../packages/fhir-validator/compiler/definitions.ts';
import {
  buildTypeModel,
  type TypeModel,
} from '../../../../packages/fhir-validator/compiler/type-model.ts';

export const folder = packageFolder('hl7.fhir.r4.examples');
export const base = readDefinitions(folder);
export const types: TypeModel = buildTypeModel(base.structures);

let laterRead: Later | undefined;

/** What HL7 has published since, read once as well. */
export function later(): Later {
  laterRead ??= readLater();
  return laterRead;
}

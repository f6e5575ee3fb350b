/**
 * A profile as a function of the generated module: it checks a value against the constraints that the
 * profile adds to its type.
 */
import type { StructureDefinition } from '../definitions.ts';
import type { ProfileContext } from './profile-context.ts';
import type { ProfileNode } from './profile-tree.ts';

const IMPOSED = 'http://hl7.org/fhir/StructureDefinition/structuredefinition-imposeProfile';

/** `function P0(n,r,x){…}`. `guideName` is the constant with the name of the package. */
export function emitProfile(
  name: string,
  guideName: string,
  structure: StructureDefinition,
  tree: ProfileNode,
  context: ProfileContext,
): string {
  const isPrimitive = context.model.get(structure.type)?.kind === 'primitive';
  const content = context.content(tree, { type: structure.type }, []);
  const guard = isPrimitive ? '' : 'if(!isObject(n))return;';
  const body = `${content}${imposed(structure, context)}`;
  return `function ${name}(n,r,x){${guard}const g=r.guide;r.guide=${guideName};\n${body}\nr.guide=g;}`;
}

/** Profiles that this one imposes beside itself. */
function imposed(structure: StructureDefinition, context: ProfileContext): string {
  return (structure.extension ?? [])
    .filter(({ url }) => url === IMPOSED)
    .flatMap((each) => context.profile(each.valueCanonical ?? '') ?? [])
    .map(({ name }) => `${name}(n,r,x);`)
    .join('');
}

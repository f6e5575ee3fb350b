/**
 * Emits a profile as a function of the generated module. It checks a value against the constraints
 * that the profile adds to its type.
 */
import type { StructureDefinition } from '../definitions.ts';
import type { ProfileContext } from './profile-context.ts';
import type { ProfileNode } from './profile-tree.ts';

const IMPOSED = 'http://hl7.org/fhir/StructureDefinition/structuredefinition-imposeProfile';

/** Returns `function P0(n,r,x){…}`. `guideName` is the constant that holds the package's name. */
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

/** Emits checks against the profiles that this one imposes. */
function imposed(structure: StructureDefinition, context: ProfileContext): string {
  return (structure.extension ?? [])
    .filter(({ url }) => url === IMPOSED)
    .flatMap((each) => context.profile(each.valueCanonical ?? '') ?? [])
    .map(({ name }) => `${name}(n,r,x);`)
    .join('');
}

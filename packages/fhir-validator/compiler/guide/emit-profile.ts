/**
 * Emits a profile as a function of the generated module. It checks a value against the constraints
 * that the profile adds to its type.
 */
import type { StructureDefinition } from '../definitions.ts';
import { baseTypeOf, gap, type ProfileContext } from './profile-context.ts';
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
  const body = `${content}${imposed(name, structure, context)}`;
  return `function ${name}(n,r,x){${guard}const g=r.guide;r.guide=${guideName};\n${body}\nr.guide=g;}`;
}

/** Emits checks against the profiles that this one and its bases impose. */
function imposed(name: string, structure: StructureDefinition, context: ProfileContext): string {
  const urls = imposedUrls(structure, context);
  const names = urls.flatMap((canonical) => {
    if (baseTypeOf(canonical, context.model) !== undefined) return [];
    const ref = context.profile(canonical);
    if (!ref) gap(context, `imposed profile ${canonical}`, 'it is not loaded');
    return ref?.name ?? [];
  });
  return names.length === 0 ? '' : `imposed(n,x,r,${name},[${[...new Set(names)]}]);`;
}

function imposedUrls(structure: StructureDefinition, context: ProfileContext): string[] {
  const line = new Set([structure]);
  for (const { baseDefinition = '' } of line) {
    const base = context.structure(baseDefinition);
    if (base) line.add(base);
  }
  return [...line].flatMap(({ extension = [] }) =>
    extension.flatMap(({ url, valueCanonical }) =>
      url === IMPOSED && valueCanonical !== undefined ? [valueCanonical] : [],
    ),
  );
}

/**
 * Emits the relative urls that the definition of an extension gives to its parts. Only that
 * definition can say what a relative url means: https://hl7.org/fhir/R4/extensibility.html#Extension
 */
import type { StructureDefinition } from './definitions.ts';
import { found, type ProfileNode, treeOf } from './guide/profile-tree.ts';

/**
 * The member of the extension's rule, if it may have parts. Also names the parts of other
 * definitions of the same extension (`elsewhere`): HL7 has added parts since R4.
 */
export function emitPartNames(
  tree: ProfileNode | undefined,
  elsewhere: readonly StructureDefinition[],
): string[] {
  const parts = found(tree, { name: 'extension' });
  if (!parts || parts.definition.max === '0') return [];
  const trees = [tree, ...elsewhere.map((each) => treeOf(each.snapshot?.element ?? []))];
  const names = new Set(trees.flatMap(partNamesOf));
  return [`partNames:${JSON.stringify(`|${[...names].join('|')}|`)}`];
}

function partNamesOf(tree: ProfileNode | undefined): string[] {
  const slices = found(tree, { name: 'extension' })?.slices ?? [];
  return slices.flatMap((slice) => {
    const { definition } = found(slice, { name: 'url' }) ?? {};
    const { fixedUri, patternUri } = definition ?? {};
    return fixedUri ?? patternUri ?? slice.slice ?? [];
  });
}

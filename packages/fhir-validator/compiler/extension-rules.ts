/**
 * Emits the definitions of the core extensions as a table, which runtime/extensions.ts interprets.
 */
import type { CodeSets } from './code-sets.ts';
import type { ElementDefinition, StructureDefinition } from './definitions.ts';
import { emitContexts, sameOf } from './extension-contexts.ts';
import { emitPartNames } from './extension-parts.ts';
import { treeOf } from './guide/profile-tree.ts';
import type { Invariants } from './invariants.ts';
import type { TypeModel } from './type-model.ts';

/** Value sets that HL7 extends by design, so R4's codes are not complete. */
const OPEN_SETS = new Set(['http://hl7.org/fhir/ValueSet/hl7-work-group']);

/** Returns source text: entries for a Map of ExtensionRule by url. */
export function emitExtensionRules(
  structures: readonly StructureDefinition[],
  later: readonly StructureDefinition[],
  model: TypeModel,
  codeSets: CodeSets,
  invariants: Invariants,
): { source: string; count: number } {
  const definitions = structures.filter(
    (each) => each.type === 'Extension' && each.derivation === 'constraint',
  );
  const entries = definitions.map((each) => {
    const elements = each.snapshot?.element ?? [];
    const elsewhere = sameOf(each, later);
    const contexts = emitContexts(each, elsewhere, model, invariants);
    const members = [
      ...contexts.members,
      ...(isModifier(each) ? ['isModifier:true'] : []),
      ...emitPartNames(treeOf(elements), elsewhere),
      ...contentOf('Extension', elements, codeSets),
    ];
    return `[${JSON.stringify(each.url)},{${members.join(',')}}]`;
  });
  return { source: `[${entries.join(',\n')}]`, count: entries.length };
}

export function isModifier({ snapshot, differential }: StructureDefinition): boolean {
  const roots = [snapshot?.element[0], differential?.element[0]];
  return roots.some((each) => each?.path === 'Extension' && each.isModifier === true);
}

/**
 * The members of the rule for the value and the nested extensions of the extension with that id.
 */
function contentOf(
  id: string,
  elements: readonly ElementDefinition[],
  codeSets: CodeSets,
): string[] {
  const value = elements.find((each) => each.id === `${id}.value[x]`);
  const slices = elements.filter(
    (each) => each.sliceName !== undefined && each.id === `${id}.extension:${each.sliceName}`,
  );
  const members: string[] = [];
  if (value && value.max !== '0') {
    const types = (value.type ?? []).map(
      ({ code }) => code.charAt(0).toUpperCase() + code.slice(1),
    );
    members.push(`values:${JSON.stringify(`|${types.join('|')}|`)}`);
    if ((value.min ?? 0) > 0) members.push('isValueRequired:true');
    const binding = value.binding?.strength === 'required' ? value.binding.valueSet : undefined;
    const isOpen = binding === undefined || OPEN_SETS.has(binding.split('|')[0] ?? '');
    const set = isOpen ? undefined : codeSets.nameOf(binding);
    if (set !== undefined) members.push(`set:${set}`);
    else if (binding !== undefined) members.push(`open:${codeSets.openNameOf(binding)}`);
  }
  if (slices.length > 0) {
    members.push(`parts:{${slices.map((each) => partOf(each, elements, codeSets)).join(',')}}`);
  }
  return members;
}

function partOf(
  slice: ElementDefinition,
  elements: readonly ElementDefinition[],
  codeSets: CodeSets,
): string {
  const url = elements.find((each) => each.id === `${slice.id}.url`)?.fixedUri ?? slice.sliceName;
  const members = [
    ...(slice.min ? [`min:${Number(slice.min)}`] : []),
    ...(slice.max === '*' ? [] : [`max:${Number(slice.max)}`]),
    ...contentOf(slice.id ?? '', elements, codeSets),
  ];
  return `${JSON.stringify(url)}:{${members.join(',')}}`;
}

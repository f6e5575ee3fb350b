/** The definitions of the core extensions as a table that fhir/runtime/extensions.ts interprets. */
import type { CodeSets } from './code-sets.ts';
import type { ElementDefinition, StructureDefinition } from './definitions.ts';
import type { TypeDefinition, TypeModel } from './type-model.ts';

/**
 * Where core extensions may stand besides what R4 and HL7's later definitions say: where resources of
 * the specification itself, or of HL7's own guides (US Core), have them.
 */
const FURTHER_CONTEXTS: Readonly<Record<string, readonly string[]>> = {
  'structuredefinition-normative-version': ['Element'],
  regex: ['ElementDefinition.type'],
  translation: ['ValueSet.expansion.contains'],
  'valueset-concept-comments': ['CodeSystem.concept'],
  'capabilitystatement-expectation': [
    'CapabilityStatement.instantiates',
    'CapabilityStatement.rest',
    'SearchParameter.chain',
    'SearchParameter.comparator',
    'SearchParameter.modifier',
    'SearchParameter.multipleAnd',
    'SearchParameter.multipleOr',
  ],
};

/** Value sets that have grown since R4 by their nature, so that R4's codes decide nothing. */
const OPEN_SETS = new Set(['http://hl7.org/fhir/ValueSet/hl7-work-group']);

/** Entries for a Map of ExtensionRule by url, as source. */
export function emitExtensionRules(
  structures: readonly StructureDefinition[],
  later: readonly StructureDefinition[],
  model: TypeModel,
  codeSets: CodeSets,
): { source: string; count: number } {
  const definitions = structures.filter(
    (each) => each.type === 'Extension' && each.derivation === 'constraint',
  );
  const entries = definitions.map((each) => {
    const elements = each.snapshot?.element ?? [];
    const on = contextsOf(each, sameOf(each, later), model);
    const isModifier = elements[0]?.isModifier === true;
    const members = [
      ...(on === undefined ? [] : [`on:${JSON.stringify(on)}`]),
      ...(isModifier ? ['isModifier:true'] : []),
      ...contentOf('Extension', elements, codeSets),
    ];
    return `[${JSON.stringify(each.url)},{${members.join(',')}}]`;
  });
  return { source: `[${entries.join(',\n')}]`, count: entries.length };
}

/** Other definitions of the same extension. */
export function sameOf(
  { url }: StructureDefinition,
  others: readonly StructureDefinition[],
): StructureDefinition[] {
  return others.filter((each) => each.url === url);
}

/** Members of the rule of a guide's extension that say where it may stand, and what is not compiled. */
export function emitExtensionContext(
  structure: StructureDefinition,
  elsewhere: readonly StructureDefinition[],
  model: TypeModel,
): { members: string[]; why?: string } {
  const roots = [structure.snapshot?.element[0], structure.differential?.element[0]];
  const isModifier = roots.some((each) => each?.path === 'Extension' && each.isModifier === true);
  const on = contextsOf(structure, elsewhere, model);
  const others = (structure.context ?? []).filter(({ type }) => type !== 'element');
  const isOpen = others.length > 0 || (structure.contextInvariant ?? []).length > 0;
  return {
    members: [
      ...(on === undefined ? [] : [`on:${JSON.stringify(on)}`]),
      ...(isModifier ? ['isModifier:true'] : []),
    ],
    ...(isOpen ? { why: 'what FHIRPath or another extension decides is not checked' } : {}),
  };
}

/**
 * Where it may stand: `|type|path|…`, or undefined for anywhere. HL7 has widened contexts since R4, and
 * published guides rely on it: what `elsewhere` the same extension is said to be on counts as well.
 */
function contextsOf(
  structure: StructureDefinition,
  elsewhere: readonly StructureDefinition[],
  model: TypeModel,
): string | undefined {
  const names = new Set<string>();
  const further = FURTHER_CONTEXTS[structure.id ?? ''] ?? [];
  const contexts = [
    ...(structure.context ?? []),
    ...elsewhere.flatMap(({ context = [] }) => context),
    ...further.map((expression) => ({ type: 'element', expression })),
  ];
  for (const { type, expression } of contexts) {
    // What only FHIRPath decides is not decided here, nor which extension another one may be in.
    if (type === 'fhirpath' || expression === 'Element') return undefined;
    if (type === 'extension') {
      names.add('Extension');
      continue;
    }
    for (const each of placesOf(expression.replaceAll('[x]', ''), model)) names.add(each);
  }
  return names.size === 0 ? undefined : `|${[...names].join('|')}|`;
}

/**
 * A path as published, and as the generated code names places: from the data type that holds the
 * element (`StructureDefinition.snapshot.element.binding` is `ElementDefinition.binding`). A type
 * stands for what specializes it as well.
 */
function placesOf(path: string, model: TypeModel): string[] {
  const [first = '', ...steps] = path.split('.');
  // Later versions have abstract types between DomainResource and what is published under a url.
  if (first === 'CanonicalResource' || first === 'MetadataResource') {
    return [...model.values()].filter(isCanonical).map(({ name }) => [name, ...steps].join('.'));
  }
  if (steps.length === 0 && first !== 'Resource') return [...specializationsOf(first, model)];
  let type = first;
  let place = first;
  for (const step of steps) {
    place = `${type}.${step}`;
    const element = model.get(type)?.elements.find((each) => each.name === step);
    type = element?.types[0]?.type ?? type;
  }
  return [...new Set([path, place])];
}

function isCanonical({ kind, elements }: TypeDefinition): boolean {
  const has = (wanted: string) => elements.some(({ name }) => name === wanted);
  return kind === 'resource' && has('url') && has('status') && has('version');
}

function specializationsOf(name: string, model: TypeModel): string[] {
  const below = [...model.values()].filter(
    (each) => each.base === name && each.kind !== 'backbone' && name !== 'DomainResource',
  );
  return [name, ...below.flatMap((each) => specializationsOf(each.name, model))];
}

/** Members of the rule that concern the value and the parts of the extension with that id. */
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
    ...(slice.min ? [`min:${slice.min}`] : []),
    ...(slice.max === '*' ? [] : [`max:${slice.max}`]),
    ...contentOf(slice.id ?? '', elements, codeSets),
  ];
  return `${JSON.stringify(url)}:{${members.join(',')}}`;
}

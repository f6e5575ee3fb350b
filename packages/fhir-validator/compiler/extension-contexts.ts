/**
 * Compiles the places where an extension is allowed: types and paths, other extensions, elements
 * that a FHIRPath expression selects, and conditions on the element that has it.
 * https://hl7.org/fhir/R4/defining-extensions.html#context
 */
import type { StructureDefinition } from './definitions.ts';
import type { Invariants } from './invariants.ts';
import { type ElementModel, isCanonical, jsonName, type TypeModel } from './type-model.ts';

/**
 * Places of core extensions that neither R4 nor HL7's later definitions name, but where examples of
 * the specification or of HL7's own guides (US Core) have them.
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

/** Other definitions of the same extension. */
export function sameOf(
  { url }: StructureDefinition,
  others: readonly StructureDefinition[],
): StructureDefinition[] {
  return others.filter((each) => each.url === url);
}

/**
 * The members of an extension's rule that limit its places, and the contexts that were not
 * compiled.
 */
export interface EmittedContexts {
  readonly members: readonly string[];
  readonly open: readonly string[];
}

/**
 * Also accepts the contexts that other definitions of the same extension (`elsewhere`) name: HL7
 * has widened contexts since R4, and published guides rely on it.
 */
export function emitContexts(
  structure: StructureDefinition,
  elsewhere: readonly StructureDefinition[],
  model: TypeModel,
  invariants: Invariants,
): EmittedContexts {
  const places = placesIn(structure, elsewhere, model, invariants);
  const conditions = [structure, ...elsewhere]
    .filter(({ contextInvariant = [] }) => contextInvariant.length > 0)
    .map((each) => conditionsOf(each, model, invariants));
  // If one definition has no condition, or one that is not compiled, no condition is checked.
  const isFree =
    conditions.length <= elsewhere.length || conditions.some(({ open }) => open.length);
  const holds = conditions.map(({ tests }) => `[${tests.join(',')}]`);
  return {
    members: [...places.members, ...(isFree ? [] : [`holds:[${holds.join(',')}]`])],
    open: [...places.open, ...conditions.flatMap(({ open }) => open)],
  };
}

function placesIn(
  structure: StructureDefinition,
  elsewhere: readonly StructureDefinition[],
  model: TypeModel,
  invariants: Invariants,
): EmittedContexts {
  const further = FURTHER_CONTEXTS[structure.id ?? ''] ?? [];
  const contexts = [
    ...(structure.context ?? []),
    ...elsewhere.flatMap(({ context = [] }) => context),
    ...further.map((expression) => ({ type: 'element', expression })),
  ];
  const on = new Set<string>();
  const within = new Set<string>();
  const selected: string[] = [];
  const open: string[] = [];
  for (const { type, expression } of contexts) {
    if (type === 'extension') within.add(expression.split('#').at(-1) ?? expression);
    else if (type === 'fhirpath') {
      const test = invariants.emitSelection(expression);
      if ('why' in test) open.push(test.why);
      else selected.push(test.source);
    } else if (ANYWHERE.includes(expression)) return { members: [], open: [] };
    else for (const each of placesOf(pathOf(expression), model)) on.add(each);
  }
  // A context that is not compiled might allow any place, so nothing is checked.
  if (open.length > 0 || contexts.length === 0) return { members: [], open };
  return {
    members: [
      `on:${listed(on)}`,
      ...(within.size > 0 ? [`within:${listed(within)}`] : []),
      ...(selected.length > 0 ? [`selected:[${selected.join(',')}]`] : []),
    ],
    open,
  };
}

/** `Any` was R3's name for it, and HL7's validator still reads it. */
const ANYWHERE = ['Element', 'Any'];

/**
 * The path of an element id, which may be of a profile (`url#id`) and name slices. It stands for the element in any
 * resource, whether that conforms to the profile or not.
 */
function pathOf(expression: string): string {
  const id = expression.slice(expression.indexOf('#') + 1);
  return id.replaceAll('[x]', '').replaceAll(/:[^.]*/g, '');
}

function listed(names: ReadonlySet<string>): string {
  return JSON.stringify(`|${[...names].join('|')}|`);
}

/** For each type that may have the extension, tests of its context invariants. */
function conditionsOf(
  { contextInvariant = [], context = [] }: StructureDefinition,
  model: TypeModel,
  invariants: Invariants,
): { tests: string[]; open: string[] } {
  const types = new Set(
    context.flatMap(({ type, expression }) =>
      type === 'element' ? typesAt(pathOf(expression), model) : [],
    ),
  );
  const tests: string[] = [];
  const open: string[] = [];
  for (const expression of contextInvariant) {
    for (const type of types) {
      const test = invariants.emitCondition(expression, type);
      if ('why' in test) open.push(test.why);
      else
        tests.push(
          `{of:${JSON.stringify(type)},says:${JSON.stringify(expression)},test:${test.source}}`,
        );
    }
  }
  return { tests, open };
}

/** Types of the values at a path, under the names that generated code uses for them. */
function typesAt(path: string, model: TypeModel): string[] {
  if (path === 'Resource' || path === 'DomainResource') {
    return [...model.values()].flatMap(({ kind, name }) => (kind === 'resource' ? [name] : []));
  }
  if (model.has(path)) return specializationsOf(path, model);
  const place = placesOf(path, model).at(-1) ?? path;
  const at = place.lastIndexOf('.');
  const parent = model.get(place.slice(0, at));
  const element = parent?.elements.find(({ name }) => name === place.slice(at + 1));
  return (element?.types ?? []).map(({ type }) => type);
}

/**
 * A path as published, and under the names that generated code uses: from the data type that holds
 * the element (`StructureDefinition.snapshot.element.binding` is `ElementDefinition.binding`). The
 * name of a type stands for all types derived from it. For those derived from Resource and from BackboneElement
 * runtime/extension-context.ts knows that.
 */
function placesOf(path: string, model: TypeModel): string[] {
  const [first = '', ...steps] = path.split('.');
  // Later FHIR versions have abstract types between DomainResource and resources that have a url.
  if (first === 'CanonicalResource' || first === 'MetadataResource') {
    return [...model.values()].filter(isCanonical).map(({ name }) => [name, ...steps].join('.'));
  }
  if (first === 'Resource' || first === 'DomainResource') {
    const places = placesBelow('DomainResource', steps, model);
    return places.map((each) => each.replace(/^DomainResource/, 'Resource'));
  }
  return specializationsOf(first, model).flatMap((each) => placesBelow(each, steps, model));
}

function placesBelow(first: string, steps: readonly string[], model: TypeModel): string[] {
  const places = [[first, ...steps].join('.')];
  let type = first;
  let place = first;
  for (const step of steps) {
    const element = elementAt(step, type, model);
    place = `${type}.${element?.name ?? step}`;
    type = element?.types[0]?.type ?? type;
  }
  // A resource in a resource is held by nothing that has extensions: it has them itself.
  return [...new Set([...places, type === 'Resource' ? type : place])];
}

/** The element of that name. `valueQuantity` is accepted for `value[x]`, as by HL7's validator. */
function elementAt(step: string, type: string, model: TypeModel) {
  const elements = model.get(type)?.elements ?? [];
  const isTypeOf = (each: ElementModel) =>
    each.isChoice && each.types.some((use) => jsonName(each, use) === step);
  return elements.find(({ name }) => name === step) ?? elements.find(isTypeOf);
}

function specializationsOf(name: string, model: TypeModel): string[] {
  const below = [...model.values()].filter(
    (each) => each.base === name && each.kind !== 'backbone',
  );
  return [name, ...below.flatMap((each) => specializationsOf(each.name, model))];
}

/**
 * The type model: the parts of the StructureDefinitions that the compilers use. It has each type
 * with its elements, and each element with its JSON names, cardinality, types, binding and
 * constraints.
 *
 * A backbone element is a type of its own, named by its path (`Patient.contact`). A content
 * reference (`#Bundle.link`) is the type that it names. So every element is a primitive, or
 * `Resource`, or has a type in this model.
 */
import type {
  ElementDefinition,
  ElementDefinitionType,
  StructureDefinition,
} from './definitions.ts';

export type TypeKind = 'resource' | 'complex' | 'backbone' | 'primitive';

export interface Constraint {
  readonly key: string;
  readonly severity: 'error' | 'warning';
  readonly human: string;
  readonly expression: string;
}

export interface TypeUse {
  /** Name of the type in the model: `string`, `HumanName`, `Resource` or `Patient.contact`. */
  readonly type: string;
  /**
   * The name in FHIRPath's `ofType()` and at the end of the JSON name: `BackboneElement` for
   * backbones.
   */
  readonly code: string;
  /** Canonical urls that a Reference or canonical may point to. Empty: any resource. */
  readonly targets: readonly string[];
}

export interface ElementModel {
  /** FHIRPath name: `given`; `value` for a choice (without `[x]`). */
  readonly name: string;
  /** Path as published: `Observation.value[x]`. */
  readonly path: string;
  readonly min: number;
  /** Infinity for `*`. In JSON the element is an array exactly if `isArray`. */
  readonly max: number;
  readonly isArray: boolean;
  readonly isChoice: boolean;
  readonly types: readonly TypeUse[];
  readonly binding?: {
    readonly strength: string;
    readonly valueSet: string;
    /**
     * The maximum value set (elementdefinition-maxValueSet): codes outside are errors, whatever the
     * strength.
     */
    readonly max?: string;
  };
  /** Constraints that the element adds to those of its type, without ele-1. */
  readonly constraints: readonly Constraint[];
  readonly maxLength?: number;
}

export interface TypeDefinition {
  readonly name: string;
  readonly kind: TypeKind;
  readonly isAbstract: boolean;
  /** Name of the type that it is derived from: `DomainResource`, `BackboneElement`, … */
  readonly base?: string;
  /** All elements as in the snapshot, inherited ones first. */
  readonly elements: readonly ElementModel[];
  /** Constraints on the type itself, with the inherited ones. */
  readonly constraints: readonly Constraint[];
}

export type TypeModel = ReadonlyMap<string, TypeDefinition>;

const FHIRPATH_SYSTEM = 'http://hl7.org/fhirpath/System.';
const FHIR_TYPE = 'http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type';

/**
 * JSON name of an element: for one type of a choice `valueQuantity`, otherwise the element's name.
 */
export function jsonName(element: ElementModel, use: TypeUse): string {
  return element.isChoice
    ? element.name + use.code.charAt(0).toUpperCase() + use.code.slice(1)
    : element.name;
}

/** Builds the model from the base definitions: specializations only, no profiles. */
export function buildTypeModel(structures: readonly StructureDefinition[]): TypeModel {
  const model = new Map<string, TypeDefinition>();
  for (const structure of structures) {
    if (isBaseType(structure)) for (const type of typesOf(structure)) model.set(type.name, type);
  }
  for (const structure of structures) {
    const [root] = isQuantityProfile(structure) ? typesOf(structure) : [];
    if (root) model.set(structure.id ?? root.name, { ...root, name: structure.id ?? root.name });
  }
  return model;
}

function isBaseType(structure: StructureDefinition): boolean {
  // MetadataResource is published as a type, but no instance and no element uses it.
  return (
    structure.derivation !== 'constraint' &&
    structure.kind !== 'logical' &&
    structure.name !== 'MetadataResource'
  );
}

/** SimpleQuantity and MoneyQuantity are published as profiles, but elements use them as types. */
function isQuantityProfile(structure: StructureDefinition): boolean {
  return structure.derivation === 'constraint' && structure.type === 'Quantity';
}

function typesOf(structure: StructureDefinition): TypeDefinition[] {
  const definitions = structure.snapshot?.element ?? [];
  const byParent = Map.groupBy(definitions, (each) => parentPath(each.path));
  return definitions
    .filter((each) => each.path === structure.type || byParent.has(each.path))
    .map((each) => {
      const isRoot = each.path === structure.type;
      const base = isRoot ? structure.baseDefinition?.split('/').at(-1) : each.type?.[0]?.code;
      return {
        name: each.path,
        kind: isRoot ? kindOf(structure) : ('backbone' as const),
        isAbstract: isRoot && structure.abstract,
        ...(base === undefined ? {} : { base }),
        elements: (byParent.get(each.path) ?? [])
          .filter((child) => child.max !== '0')
          .map((child) => elementOf(child, byParent)),
        constraints: constraintsOf(each),
      };
    });
}

function kindOf(structure: StructureDefinition): TypeKind {
  if (structure.kind === 'resource') return 'resource';
  return structure.kind === 'primitive-type' ? 'primitive' : 'complex';
}

function elementOf(definition: ElementDefinition, byParent: Map<string, unknown>): ElementModel {
  const last = definition.path.slice(parentPath(definition.path).length + 1);
  const isChoice = last.endsWith('[x]');
  const isBackbone = byParent.has(definition.path);
  return {
    name: isChoice ? last.slice(0, -3) : last,
    path: definition.path,
    min: definition.min ?? 0,
    max: limit(definition.max),
    isArray: limit(definition.base?.max ?? definition.max) > 1,
    isChoice,
    types: definition.contentReference
      ? [{ type: definition.contentReference.slice(1), code: 'BackboneElement', targets: [] }]
      : (definition.type ?? []).map((type) => typeUse(type, definition, isBackbone)),
    ...bindingOf(definition),
    // A backbone is a type of its own in the model, so its constraints belong to that type.
    constraints: isBackbone ? [] : constraintsOf(definition),
    ...(definition.maxLength === undefined ? {} : { maxLength: definition.maxLength }),
  };
}

const MAX_VALUE_SET = 'http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet';

function bindingOf({ binding }: ElementDefinition): Pick<ElementModel, 'binding'> {
  const { strength, valueSet } = binding ?? {};
  if (strength === undefined || !valueSet) return {};
  const max = binding?.extension?.find(({ url }) => url === MAX_VALUE_SET)?.valueCanonical;
  return { binding: { strength, valueSet, ...(max === undefined ? {} : { max }) } };
}

function typeUse(type: ElementDefinitionType, at: ElementDefinition, isBackbone: boolean): TypeUse {
  const code = primitiveCode(type, at);
  const profile = code === 'Quantity' ? type.profile?.[0]?.split('/').at(-1) : undefined;
  return {
    type: isBackbone ? at.path : (profile ?? code),
    code,
    targets: type.targetProfile ?? [],
  };
}

/** Ids and primitive values have System types. An extension names the FHIR type. */
function primitiveCode(type: ElementDefinitionType, at: ElementDefinition): string {
  if (!type.code.startsWith(FHIRPATH_SYSTEM)) return type.code;
  // Published as `string`, but an `id` according to https://hl7.org/fhir/R4/resource.html#id
  if (at.base?.path === 'Resource.id') return 'id';
  const named = type.extension?.find((each) => each.url === FHIR_TYPE);
  return (
    named?.valueUrl ?? named?.valueUri ?? type.code.slice(FHIRPATH_SYSTEM.length).toLowerCase()
  );
}

/**
 * An element's constraints without ele-1, which the structural checks decide. ext-1 only for
 * `Extension` itself.
 */
export function constraintsOf(definition: ElementDefinition): Constraint[] {
  return (definition.constraint ?? [])
    .filter(({ key, expression }) => key !== 'ele-1' && expression !== undefined)
    .filter(({ key }) => key !== 'ext-1' || definition.path === 'Extension')
    .map((each) => ({
      key: each.key,
      severity: each.severity,
      human: each.human,
      expression: each.expression ?? '',
    }));
}

/** Whether it is a definition that others refer to by its url: a resource with a version. */
export function isCanonical({ kind, elements }: TypeDefinition): boolean {
  const has = (wanted: string) => elements.some(({ name }) => name === wanted);
  return kind === 'resource' && has('url') && has('status') && has('version');
}

function parentPath(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('.')));
}

function limit(max: string | undefined): number {
  return max === undefined || max === '*' ? Number.POSITIVE_INFINITY : Number(max);
}

/** Packages made for a test: profiles as their differentials, as Simplifier publishes them. */
import type { ElementDefinition, StructureDefinition } from 'fhir/r4.js';
import type {
  CodeSystem,
  ValueSet,
} from '../../../../packages/fhir-validator/compiler/definitions.ts';
import type { GuidePackage } from '../../../../packages/fhir-validator/compiler/guide/library.ts';

export const CANONICAL = 'http://example.org/fhir/StructureDefinition/';
const BASE = 'http://hl7.org/fhir/StructureDefinition/';

type Element = Partial<ElementDefinition> & { readonly id: string };

/** A profile with that name on a type or on another profile. */
export function profile(
  name: string,
  on: string | { readonly type: string; readonly url: string },
  elements: readonly Element[],
  more: Partial<StructureDefinition> = {},
): StructureDefinition {
  const type = typeof on === 'string' ? on : on.type;
  return {
    resourceType: 'StructureDefinition',
    url: CANONICAL + name,
    name,
    version: '1.0.0',
    status: 'active',
    kind: /^(Extension|Identifier|HumanName|Coding|CodeableConcept)$/.test(type)
      ? 'complex-type'
      : 'resource',
    abstract: false,
    type,
    baseDefinition: typeof on === 'string' ? BASE + on : on.url,
    derivation: 'constraint',
    differential: {
      element: elements.map((each) => ({ path: each.id.replaceAll(/:[^.]*/g, ''), ...each })),
    },
    ...more,
  };
}

export function constraint(key: string, expression: string) {
  return { constraint: [{ key, severity: 'error' as const, human: key, expression }] };
}

export function by(type: string, path: string, rules = 'open', ordered = false) {
  return {
    slicing: { discriminator: [{ type, path }], rules, ordered },
  } as Pick<ElementDefinition, 'slicing'>;
}

export function guide(
  structures: readonly StructureDefinition[],
  valueSets: readonly ValueSet[] = [],
  codeSystems: readonly CodeSystem[] = [],
  name: Partial<GuidePackage> = {},
): GuidePackage {
  const byUrl = <T extends { url?: string | undefined }>(all: readonly T[]) =>
    new Map(all.map((each) => [each.url ?? '', each]));
  return {
    id: 'example.guide',
    version: '1.0.0',
    dependencies: {},
    definitions: {
      structures: [...structures],
      valueSets: byUrl(valueSets),
      codeSystems: byUrl(codeSystems),
    },
    ...name,
  };
}

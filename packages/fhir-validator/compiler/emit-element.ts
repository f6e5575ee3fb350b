/** Emits the `case` clauses of one element: for its JSON names and their `_` siblings. */
import type { CodeSets } from './code-sets.ts';
import type { Invariants } from './invariants.ts';
import { KNOWN_SYSTEM } from './rules.ts';
import type { TargetLists } from './target-lists.ts';
import { type ElementModel, jsonName, type TypeModel, type TypeUse } from './type-model.ts';

export interface ElementContext {
  readonly model: TypeModel;
  readonly codeSets: CodeSets;
  readonly invariants: Invariants;
  readonly targets: TargetLists;
  /** Bit that marks the element as present, if it is required. */
  readonly bit: number;
  /** If the element is a choice: the variable that holds the type that was found. */
  readonly chosen: string | undefined;
}

/** Name of the generated function that checks a type. */
export function checkName(type: string): string {
  return `${type.replaceAll('.', '_')}_`;
}

/** The case clause for one member name. */
export interface ElementCase {
  readonly key: string;
  readonly source: string;
}

export function emitElement(element: ElementModel, context: ElementContext): ElementCase[] {
  return element.types.flatMap((use) => emitUse(element, use, context));
}

function emitUse(element: ElementModel, use: TypeUse, context: ElementContext): ElementCase[] {
  const key = jsonName(element, use);
  // The member's name is its step in the expression. For a choice, FHIRPath has
  // `value.ofType(Quantity)`.
  const step = element.isChoice ? q(`${element.name}.ofType(${use.code})`) : 'k';
  const note = notes(element, use, context);
  const invariants = ownInvariants(element, use, step, key, context);
  if (context.model.get(use.type)?.kind !== 'primitive') {
    const check = complexCheck(element, use, step, context);
    return [{ key, source: `${note}${check}${invariants}` }];
  }
  const check = primitiveCheck(element, use, step, key, context);
  const value = { key, source: `${note}${check}${invariants}` };
  if (!mayHaveSibling(element, use)) return [value];
  const beside = siblingCheck(element, use, step, key, context);
  return [value, { key: `_${key}`, source: `${note}${beside}` }];
}

/** Constraints that this one element adds to those of its type. */
function ownInvariants(
  element: ElementModel,
  use: TypeUse,
  step: string,
  key: string,
  context: ElementContext,
): string {
  const ofType = context.model.get(use.type)?.constraints ?? [];
  const own = element.constraints.filter((each) => !ofType.some(({ key }) => key === each.key));
  const source = context.invariants.emit(own, element.path, use.type);
  return source === '' ? '' : `besides(v,n._${key},(n,r,x)=>{${source}},r,${step});`;
}

function notes(element: ElementModel, use: TypeUse, context: ElementContext): string {
  const present = context.bit === 0 ? '' : `p|=${context.bit};`;
  const chosen = context.chosen;
  return chosen === undefined
    ? present
    : `${present}${chosen}=choose(${chosen},${q(use.code)},r,${q(element.name)});`;
}

function complexCheck(
  element: ElementModel,
  use: TypeUse,
  step: string,
  context: ElementContext,
): string {
  const many = element.isArray ? 's' : '';
  if (use.type === 'Extension') return `extensions(v,Extension_,r,${step},t,n,EXTENSIONS);`;
  const check = use.type === 'Resource' ? resourceCheck(element) : checkName(use.type);
  const one = `${element.isArray ? 'many' : 'one'}(v,${check},r,${step},t);`;
  if (use.code === 'Reference' && use.targets.length > 0) {
    const targets = context.targets.nameOf(use.targets);
    return targets === undefined ? one : `${one}target${many}(v,${targets},r,${step});`;
  }
  if (use.code === 'CodeableConcept' || use.code === 'Coding') {
    const set = boundSet(element, context);
    const verb = element.binding?.strength === 'required' ? 'bound' : 'advised';
    const noun = use.code === 'Coding' ? 'Coding' : 'Concept';
    return set === undefined
      ? `${one}${openBinding(element, step, context)}`
      : `${one}${verb}${noun}${many}(v,${set},r,${step});`;
  }
  return one;
}

/** A contained resource has the root of its container. Any other resource is its own root. */
function resourceCheck(element: ElementModel): string {
  return element.name === 'contained' ? 'contained' : 'resource';
}

function primitiveCheck(
  element: ElementModel,
  use: TypeUse,
  step: string,
  key: string,
  context: ElementContext,
): string {
  if (element.name === 'id' && use.type === 'string') return 'elementId(v,r,t);';
  const set = use.code === 'code' ? requiredSet(element, context) : undefined;
  const open = use.code === 'code' ? openBinding(element, step, context) : '';
  if (element.isArray) {
    const check = set === undefined ? use.type : `(w,r,s)=>boundCode(w,${set},r,s)`;
    return `manyPrimitives(v,n._${key},${check},r,${step});${set === undefined ? open : ''}`;
  }
  if (set !== undefined) return `boundCode(v,${set},r,${step});`;
  // A known system is a valid uri.
  if (element.path === 'Coding.system')
    return `${KNOWN_SYSTEM}=SYSTEMS.find(v);if(!${KNOWN_SYSTEM})uri(v,r,k);`;
  return `${use.type}(v,r,${step});${open}`;
}

/**
 * Reports the codings of a binding that only a terminology server can decide, if the caller can ask
 * one.
 */
function openBinding(element: ElementModel, step: string, context: ElementContext): string {
  const { strength, valueSet } = element.binding ?? {};
  if (valueSet === undefined || (strength !== 'required' && strength !== 'extensible')) return '';
  return `r.asks&&undecided(v,${context.codeSets.openNameOf(valueSet)},'${strength}',r,${step});`;
}

function siblingCheck(
  element: ElementModel,
  use: TypeUse,
  step: string,
  key: string,
  context: ElementContext,
): string {
  // Even if the value set is open, a required code must be present.
  const isBound = use.code === 'code' && element.binding?.strength === 'required';
  const set = isBound ? context.codeSets.nameOrUrl(element.binding?.valueSet ?? '') : '';
  if (element.isArray) {
    const missing = isBound ? `noCodes(v,n.${key},${set},r,${step});` : '';
    return `siblings(v,n.${key},${checkName(use.type)},r,${step},t);${missing}`;
  }
  const missing = isBound ? `noCode(n.${key},${set},r,${step});` : '';
  return `beside(v,n,${checkName(use.type)},r,${step},k,t);${missing}`;
}

/** Ids, an extension's url and XHTML are not FHIR primitives, so they have no `_` sibling. */
function mayHaveSibling(element: ElementModel, use: TypeUse): boolean {
  return element.name !== 'id' && element.path !== 'Extension.url' && use.code !== 'xhtml';
}

function requiredSet(element: ElementModel, context: ElementContext): string | undefined {
  return element.binding?.strength === 'required' ? boundSet(element, context) : undefined;
}

function boundSet(element: ElementModel, context: ElementContext): string | undefined {
  const strength = element.binding?.strength;
  if (!element.binding || (strength !== 'required' && strength !== 'extensible')) return undefined;
  return context.codeSets.nameOf(element.binding.valueSet);
}

function q(text: string): string {
  return JSON.stringify(text);
}

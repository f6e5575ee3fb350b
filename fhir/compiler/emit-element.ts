/** The `case` clauses of one element: its JSON names, their siblings, and what each must be. */
import type { CodeSets } from './code-sets.ts';
import type { Invariants } from './invariants.ts';
import { type ElementModel, jsonName, type TypeModel, type TypeUse } from './type-model.ts';

export interface ElementContext {
  readonly model: TypeModel;
  readonly codeSets: CodeSets;
  readonly invariants: Invariants;
  /** Bit that marks the element as present, if it is required. */
  readonly bit: number;
  /** Variable that notes the type chosen, if the element is a choice. */
  readonly chosen: string | undefined;
}

/** Name of the generated function that checks a type. */
export function checkName(type: string): string {
  return `${type.replaceAll('.', '_')}_`;
}

export function emitElement(element: ElementModel, context: ElementContext): string {
  return element.types.map((use) => emitUse(element, use, context)).join('\n');
}

function emitUse(element: ElementModel, use: TypeUse, context: ElementContext): string {
  const key = jsonName(element, use);
  const step = element.isChoice ? `.${element.name}.ofType(${use.code})` : `.${element.name}`;
  const note = notes(element, use, context);
  const invariants = ownInvariants(element, use, step, key, context);
  if (context.model.get(use.type)?.kind !== 'primitive') {
    return `case${q(key)}:${note}${complexCheck(element, use, step, context)}${invariants}break;`;
  }
  const check = primitiveCheck(element, use, step, key, context);
  const value = `case${q(key)}:${note}${check}${invariants}break;`;
  if (!mayHaveSibling(element, use)) return value;
  return `${value}\ncase${q(`_${key}`)}:${note}${siblingCheck(element, use, step, key, context)}break;`;
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
  return source === '' ? '' : `besides(v,n._${key},(n,r,x)=>{${source}},r,${q(step)});`;
}

function notes(element: ElementModel, use: TypeUse, context: ElementContext): string {
  const present = context.bit === 0 ? '' : `p|=${context.bit};`;
  const chosen = context.chosen;
  return chosen === undefined
    ? present
    : `${present}${chosen}=choose(${chosen},${q(use.code)},r,${q(`.${element.name}`)});`;
}

function complexCheck(
  element: ElementModel,
  use: TypeUse,
  step: string,
  context: ElementContext,
): string {
  const check = use.type === 'Resource' ? 'resource' : checkName(use.type);
  const set = use.code === 'CodeableConcept' ? requiredSet(element, context) : undefined;
  if (set === undefined) return `${element.isArray ? 'many' : 'one'}(v,${check},r,${q(step)});`;
  return element.isArray
    ? `many(v,${check},r,${q(step)});boundConcepts(v,${set},r,${q(step)});`
    : `one(v,${check},r,${q(step)});boundConcept(v,${set},r,${q(step)});`;
}

function primitiveCheck(
  element: ElementModel,
  use: TypeUse,
  step: string,
  key: string,
  context: ElementContext,
): string {
  const set = use.code === 'code' ? requiredSet(element, context) : undefined;
  if (element.isArray) {
    const check = set === undefined ? use.type : `(w,r,s)=>boundCode(w,${set},r,s)`;
    return `manyPrimitives(v,n._${key},${check},r,${q(step)});`;
  }
  if (set !== undefined) return `boundCode(v,${set},r,${q(step)});`;
  return `${use.type}(v,r,${q(step)});`;
}

function siblingCheck(
  element: ElementModel,
  use: TypeUse,
  step: string,
  key: string,
  context: ElementContext,
): string {
  if (element.isArray) return `siblings(v,n.${key},Element_,r,${q(step)});`;
  const set = use.code === 'code' ? requiredSet(element, context) : undefined;
  const missing = set === undefined ? '' : `noCode(n.${key},${set},r,${q(step)});`;
  return `sibling(v,Element_,r,${q(step)});${missing}`;
}

/** Ids, an extension's url and XHTML are no FHIR primitives: nothing can be said about them. */
function mayHaveSibling(element: ElementModel, use: TypeUse): boolean {
  return element.name !== 'id' && element.path !== 'Extension.url' && use.code !== 'xhtml';
}

function requiredSet(element: ElementModel, context: ElementContext): string | undefined {
  if (element.binding?.strength !== 'required') return undefined;
  return context.codeSets.nameOf(element.binding.valueSet);
}

function q(text: string): string {
  return JSON.stringify(text);
}

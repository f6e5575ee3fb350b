/** Emits the checks of one element: for its JSON names and their `_` siblings. */
import type { CodeSets } from './code-sets.ts';
import type { Invariants } from './invariants.ts';
import { choiceNote, KNOWN_SYSTEM } from './rules.ts';
import type { TargetLists } from './target-lists.ts';
import {
  type ElementModel,
  isCanonical,
  jsonName,
  type TypeModel,
  type TypeUse,
} from './type-model.ts';

export interface ElementContext {
  readonly model: TypeModel;
  readonly codeSets: CodeSets;
  readonly invariants: Invariants;
  readonly targets: TargetLists;
  /** Bit that marks the element as present, if it is required. */
  readonly bit: number;
  /** The place of a note. Undefined if nothing reads it. */
  readonly noteOf: (name: string) => number | undefined;
}

/** Name of the generated check of a type. */
export function checkName(type: string): string {
  return `${type.replaceAll('.', '_')}_`;
}

/** A member and the expression that makes its check. */
export interface MemberSource {
  readonly key: string;
  readonly check: string;
}

export function emitElement(element: ElementModel, context: ElementContext): MemberSource[] {
  return element.types.flatMap((use) =>
    emitUse(element, use, context).map(({ key, check }) => ({
      key,
      check: noted(key, whole(element, use, check, context), context),
    })),
  );
}

function emitUse(element: ElementModel, use: TypeUse, context: ElementContext): MemberSource[] {
  const key = jsonName(element, use);
  // For a choice, the step is not the name of the member.
  const field = element.isChoice ? `,${q(key)}` : '';
  const invariants = ownInvariants(element, use, field, context);
  if (context.model.get(use.type)?.kind !== 'primitive') {
    return [{ key, check: also(...complexChecks(element, use, context), ...invariants) }];
  }
  const value = { key, check: also(...primitiveChecks(element, use, context), ...invariants) };
  if (!mayHaveSibling(element, use)) return [value];
  return [value, { key: `_${key}`, check: siblingCheck(element, use, field, context) }];
}

/** With what is noted about the element as a whole. */
function whole(
  element: ElementModel,
  use: TypeUse,
  check: string,
  { bit, noteOf }: ElementContext,
): string {
  const at = noteOf(choiceNote(element.name));
  const chosen = element.isChoice
    ? `choice(${at},${q(use.code)},${q(element.name)},${check})`
    : check;
  return bit === 0 ? chosen : `required(${bit},${chosen})`;
}

function noted(key: string, check: string, { noteOf }: ElementContext): string {
  const at = noteOf(key);
  return at === undefined ? check : `noted(${at},${check})`;
}

function also(first = '', ...others: readonly string[]): string {
  return others.length === 0 ? first : `also(${first},${also(...others)})`;
}

/** Constraints that this one element adds to those of its type. */
function ownInvariants(
  element: ElementModel,
  use: TypeUse,
  field: string,
  context: ElementContext,
): string[] {
  const ofType = context.model.get(use.type)?.constraints ?? [];
  const own = element.constraints.filter((each) => !ofType.some(({ key }) => key === each.key));
  const source = context.invariants.emit(own, element.path, use.type);
  return source === '' ? [] : [`besides((n,r,x)=>{${source}}${field})`];
}

function complexChecks(element: ElementModel, use: TypeUse, context: ElementContext): string[] {
  if (use.type === 'Extension') return ['extensions(Extension_,EXTENSIONS)'];
  const check = use.type === 'Resource' ? resourceCheck(element) : checkName(use.type);
  const one = `${element.isArray ? 'many' : 'one'}(${check})`;
  const further = furtherCheck(element, use, context);
  return further === undefined ? [one] : [one, element.isArray ? `each(${further})` : further];
}

/** What the element adds to the check of its type: types of targets, or a binding. */
function furtherCheck(
  element: ElementModel,
  use: TypeUse,
  context: ElementContext,
): string | undefined {
  if (use.code === 'Reference' && use.targets.length > 0) {
    const targets = context.targets.nameOf(use.targets);
    return targets === undefined ? undefined : `toTargets(${targets})`;
  }
  if (use.code !== 'CodeableConcept' && use.code !== 'Coding') return undefined;
  if (isLanguage(element)) return 'languageConcept';
  const set = boundSet(element, context);
  if (set === undefined) return openBinding(element, context);
  const verb = element.binding?.strength === 'required' ? 'bound' : 'advised';
  return `${verb}${use.code === 'Coding' ? 'Coding' : 'Concept'}(${set})`;
}

/** A contained resource has the root of its container. Any other resource is its own root. */
function resourceCheck(element: ElementModel): string {
  return element.name === 'contained' ? 'contained' : 'resource';
}

function primitiveChecks(element: ElementModel, use: TypeUse, context: ElementContext): string[] {
  if (element.name === 'id' && use.type === 'string') return ['elementId'];
  const set = use.code === 'code' ? requiredSet(element, context) : undefined;
  const open = use.code === 'code' && set === undefined ? openBinding(element, context) : undefined;
  const check = set === undefined ? singleCheck(element, use, context) : `boundCode(${set})`;
  const checks = [element.isArray ? `manyPrimitives(${check})` : check];
  return open === undefined ? checks : [...checks, open];
}

function singleCheck(element: ElementModel, use: TypeUse, context: ElementContext): string {
  if (element.path === 'Coding.system') {
    return `systemUri(SYSTEMS,${context.noteOf(KNOWN_SYSTEM)})`;
  }
  if (use.code === 'code' && isLanguage(element)) return 'languageTag';
  const isOwnUrl = element.name === 'url' && use.type === 'uri' && isDefinition(element, context);
  return isOwnUrl ? 'ownUrl' : use.type;
}

function isLanguage({ binding }: ElementModel): boolean {
  return binding?.max?.endsWith('/all-languages') === true;
}

function isDefinition({ path }: ElementModel, { model }: ElementContext): boolean {
  const type = model.get(path.slice(0, path.lastIndexOf('.')));
  return type !== undefined && isCanonical(type);
}

/**
 * Reports the codings of a binding that only a terminology server can decide, if the caller can ask
 * one.
 */
function openBinding(element: ElementModel, context: ElementContext): string | undefined {
  const { strength, valueSet } = element.binding ?? {};
  if (valueSet === undefined || (strength !== 'required' && strength !== 'extensible'))
    return undefined;
  return `open(${context.codeSets.openNameOf(valueSet)},'${strength}')`;
}

function siblingCheck(
  element: ElementModel,
  use: TypeUse,
  field: string,
  context: ElementContext,
): string {
  const check = checkName(use.type);
  const sibling = element.isArray ? `siblings(${check})` : `beside(${check}${field})`;
  // Even if the value set is open, a required code must be present.
  if (use.code !== 'code' || element.binding?.strength !== 'required') return sibling;
  const set = context.codeSets.nameOrUrl(element.binding.valueSet);
  return also(sibling, element.isArray ? `noCodes(${set})` : `noCode(${set}${field})`);
}

/**
 * Ids of elements, an extension's url and XHTML are not FHIR primitives, so they have no `_` sibling. That of a
 * resource has one, as in HL7's validator: in XML it is an element.
 */
function mayHaveSibling(element: ElementModel, use: TypeUse): boolean {
  const isAttribute = element.name === 'id' && use.type !== 'id';
  return !isAttribute && element.path !== 'Extension.url' && use.code !== 'xhtml';
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

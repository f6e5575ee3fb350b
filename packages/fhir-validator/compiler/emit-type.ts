/**
 * Emits the check of each type: its members with their checks, and what is checked after them.
 * Members that all types of a kind share (id, extension, meta, contained, …) are in one list for the
 * kind.
 */
import { checkName, type ElementContext, emitElement, type MemberSource } from './emit-element.ts';
import { choiceNote, emitRules } from './rules.ts';
import type { ElementModel, TypeDefinition, TypeModel } from './type-model.ts';

/**
 * Types whose elements are shared by all types derived from them. The most derived type is first.
 */
export const KINDS = ['DomainResource', 'Resource', 'BackboneElement', 'Element'] as const;
type Kind = (typeof KINDS)[number];

export type EmitContext = Pick<ElementContext, 'model' | 'codeSets' | 'invariants' | 'targets'>;

/** Members that a kind notes for all of its types. */
const NOTED: Readonly<Record<Kind, readonly string[]>> = {
  DomainResource: ['text', 'contained'],
  Resource: [],
  BackboneElement: [],
  Element: [],
};

export function emitType(type: TypeDefinition, context: EmitContext): string {
  const kind = kindOf(type, context.model);
  const inherited = new Set(context.model.get(kind)?.elements.map((each) => each.name));
  // The check of a primitive checks the value itself, so only the other members are left.
  const own = type.elements.filter(
    (each) => !inherited.has(each.name) && (type.kind !== 'primitive' || each.name !== 'value'),
  );
  const required = own.filter((each) => each.min > 0);
  const afterwards = context.invariants.emit(type.constraints, type.name) + emitRules(type);
  const notes = notesOf(kind, own, afterwards);
  const noteOf = noteOfFrom(notes);
  const members = own.flatMap((element) => {
    const bit = element.min > 0 ? 1 << required.indexOf(element) : 0;
    return emitElement(element, { ...context, bit, noteOf });
  });
  // Members of the kind that this type notes, too.
  const more = type.elements
    .filter((each) => inherited.has(each.name))
    .flatMap((each) => emitElement(each, { ...context, bit: 0, noteOf }))
    .filter(({ key }) => notes.includes(key) && !NOTED[kind].includes(key));
  const list = emitList([...more, ...members]);
  const source = afterwards.replace(MEMBER, (_, name) => `m[${noteOf(name)}]`);
  const names = required.map((each) => (each.isChoice ? `${each.name}[x]` : each.name)).join('|');
  // V8 parses the body of a function lazily only if it is in braces.
  return `const ${checkName(type.name)}=typeCheck(${q(type.name)},${q(names)},${notes.length},()=>{return[...${kind}Members(),
${list}];}${source === '' ? '' : `,(n,r,t,m)=>{\n${source}}`});`;
}

/** Matches a member of the current object in generated code. */
const MEMBER = /(?<![\w.])n\.(\w+)/g;

/** Names of all notes on an object: for choices, and for what is checked afterwards. */
function notesOf(kind: Kind, own: readonly ElementModel[], afterwards: string): string[] {
  const choices = own.filter((each) => each.isChoice).map((each) => choiceNote(each.name));
  const read = [...afterwards.matchAll(MEMBER)].map(([, name = '']) => name);
  return [...new Set([...NOTED[kind], ...choices, ...read])];
}

function noteOfFrom(notes: readonly string[]): ElementContext['noteOf'] {
  return (name) => {
    const at = notes.indexOf(name);
    return at < 0 ? undefined : at;
  };
}

/** Emits the list of the members that all types of a kind share. */
export function emitKind(kind: Kind, context: EmitContext): string {
  const parent =
    kind === 'DomainResource' ? 'Resource' : kind === 'BackboneElement' ? 'Element' : '';
  const inherited = new Set(context.model.get(parent)?.elements.map((each) => each.name));
  const own = (context.model.get(kind)?.elements ?? []).filter((each) => !inherited.has(each.name));
  const noteOf = noteOfFrom(NOTED[kind]);
  const members = own.flatMap((each) => emitElement(each, { ...context, bit: 0, noteOf }));
  if (kind === 'Resource') members.push({ key: 'resourceType', check: 'resourceType' });
  const more = parent === '' ? '' : `...${parent}Members(),\n`;
  return `const ${kind}Members=()=>[${more}${emitList(members)}];`;
}

function emitList(members: readonly MemberSource[]): string {
  return members.map(({ key, check }) => `${q(key)},${check},\n`).join('');
}

function q(text: string): string {
  return JSON.stringify(text);
}

function kindOf(type: TypeDefinition, model: TypeModel): Kind {
  for (let at: TypeDefinition | undefined = type; at; at = model.get(at.base ?? '')) {
    const kind = KINDS.find((each) => each === at?.name);
    if (kind) return kind;
  }
  return 'Element';
}

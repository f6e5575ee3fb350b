/**
 * One function a type: a loop over the members of the object with a `switch` on the name. What a
 * type shares with all of its kind (id, extension, meta, contained, …) is in one function for the
 * kind, which the `default` asks; it knows what is left as unknown.
 */
import { checkName, type ElementContext, emitElement } from './emit-element.ts';
import type { ElementModel, TypeDefinition, TypeModel } from './type-model.ts';

/** Types whose elements all their specializations share, the nearest first. */
export const KINDS = ['DomainResource', 'Resource', 'BackboneElement', 'Element'] as const;
type Kind = (typeof KINDS)[number];

export type EmitContext = Pick<ElementContext, 'model' | 'codeSets' | 'invariants'>;

export function emitType(type: TypeDefinition, context: EmitContext): string {
  const kind = kindOf(type, context.model);
  const inherited = new Set(context.model.get(kind)?.elements.map((each) => each.name));
  const own = type.elements.filter((each) => !inherited.has(each.name));
  const required = own.filter((each) => each.min > 0);
  const choices = own.filter((each) => each.isChoice);
  const cases = own.map((element) =>
    emitElement(element, {
      ...context,
      bit: element.min > 0 ? 1 << required.indexOf(element) : 0,
      chosen: element.isChoice ? `c${choices.indexOf(element)}` : undefined,
    }),
  );
  return `function ${checkName(type.name)}(n,r){
let z=0${required.length > 0 ? ',p=0' : ''}${choices.map((_, i) => `,c${i}=''`).join('')};
for(const k in n){const v=n[k];z++;switch(k){
${cases.join('\n')}
default:${kind}Member(k,v,n,r);}}
r.keys+=z;
${emitRequired(type, required)}${context.invariants.emit(type.constraints, type.name)}}`;
}

/** The members that all types of a kind share. */
export function emitKind(kind: Kind, context: EmitContext): string {
  const parent =
    kind === 'DomainResource' ? 'Resource' : kind === 'BackboneElement' ? 'Element' : '';
  const inherited = new Set(context.model.get(parent)?.elements.map((each) => each.name));
  const own = (context.model.get(kind)?.elements ?? []).filter((each) => !inherited.has(each.name));
  const cases = own.map((each) => emitElement(each, { ...context, bit: 0, chosen: undefined }));
  if (kind === 'Resource') cases.push('case"resourceType":break;');
  return `function ${kind}Member(k,v,n,r){switch(k){
${cases.join('\n')}
default:${parent ? `${parent}Member(k,v,n,r)` : 'unknownProperty(k,r)'};}}`;
}

function emitRequired(type: TypeDefinition, required: ElementModel[]): string {
  if (required.length === 0) return '';
  const names = required.map((each) => (each.isChoice ? `${each.name}[x]` : each.name)).join('|');
  const all = 2 ** required.length - 1;
  return `if(p!==${all})missing(p,${JSON.stringify(type.name)},${JSON.stringify(names)},r);\n`;
}

function kindOf(type: TypeDefinition, model: TypeModel): Kind {
  for (let at: TypeDefinition | undefined = type; at; at = model.get(at.base ?? '')) {
    const kind = KINDS.find((each) => each === at?.name);
    if (kind) return kind;
  }
  return 'Element';
}

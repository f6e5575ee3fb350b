/**
 * Emits one function for each type: a loop over the members of the object with a `switch` on the
 * name. Elements that all types of a kind share (id, extension, meta, contained, …) are in one
 * function for the kind, which the `default` clause calls. That function reports any other member
 * as unknown.
 */
import { checkName, type ElementCase, type ElementContext, emitElement } from './emit-element.ts';
import { emitRules, KNOWN_SYSTEM } from './rules.ts';
import type { ElementModel, TypeDefinition, TypeModel } from './type-model.ts';

/**
 * Types whose elements are shared by all types derived from them. The most derived type is first.
 */
export const KINDS = ['DomainResource', 'Resource', 'BackboneElement', 'Element'] as const;
type Kind = (typeof KINDS)[number];

/** A switch with more cases is divided by the length of the name first. */
const CASES_MAX = 48;

export type EmitContext = Pick<ElementContext, 'model' | 'codeSets' | 'invariants' | 'targets'>;

export function emitType(type: TypeDefinition, context: EmitContext): string {
  const kind = kindOf(type, context.model);
  const inherited = new Set(context.model.get(kind)?.elements.map((each) => each.name));
  // The function of a primitive checks the value itself, so only the other members are left.
  const own = type.elements.filter(
    (each) => !inherited.has(each.name) && (type.kind !== 'primitive' || each.name !== 'value'),
  );
  const required = own.filter((each) => each.min > 0);
  const choices = own.filter((each) => each.isChoice);
  const cases = own.flatMap((element) =>
    emitElement(element, {
      ...context,
      bit: element.min > 0 ? 1 << required.indexOf(element) : 0,
      chosen: element.isChoice ? `c${choices.indexOf(element)}` : undefined,
    }),
  );
  const otherwise = `${kind}Member(k,v,n,r,t)`;
  const afterwards = context.invariants.emit(type.constraints, type.name) + emitRules(type);
  const { source, noted, variables } = withNoted(afterwards, cases, otherwise);
  const locals = [
    'z=0',
    ...(required.length > 0 ? ['p=0'] : []),
    ...choices.map((_, i) => `c${i}=''`),
    ...variables,
    ...(type.name === 'Coding' ? [KNOWN_SYSTEM] : []),
  ];
  return `function ${checkName(type.name)}(n,r){
const t=${JSON.stringify(type.name)};
let ${locals};
for(const k in n){const v=n[k];z++;${emitSwitch(noted, 'continue', otherwise)}}
r.keys+=z;
${emitRequired(required)}${source}}`;
}

/** Matches a member of the current object in generated code. */
const MEMBER = /(?<![\w.])n\.(\w+)/g;

/**
 * Replaces member accesses after the loop by variables that the loop fills. A lookup by name would
 * cost more: V8 caches the position of a name for about 2,000 object layouts, and FHIR has more.
 */
function withNoted(afterwards: string, cases: readonly ElementCase[], otherwise: string) {
  const names = new Set([...afterwards.matchAll(MEMBER)].map(([, name = '']) => name));
  const known = new Set(cases.map(({ key }) => key));
  const ofKind = [...names].filter((name) => !known.has(name));
  return {
    source: afterwards.replace(MEMBER, 'm_$1'),
    variables: [...names].map((name) => `m_${name}`),
    noted: [...cases, ...ofKind.map((key) => ({ key, source: `${otherwise};` }))].map((each) =>
      names.has(each.key) ? { ...each, source: `m_${each.key}=v;${each.source}` } : each,
    ),
  };
}

/**
 * V8 compares the strings of a switch one after the other, so a long switch is divided by length
 * first. Each case ends with `leave`. A member without a case gets to `otherwise`.
 */
function emitSwitch(cases: readonly ElementCase[], leave: string, otherwise: string): string {
  if (cases.length <= CASES_MAX) return `${emitCases(cases, leave)}${otherwise};`;
  const byLength = Map.groupBy(cases, (each) => each.key.length);
  const groups = [...byLength]
    .sort(([a], [b]) => a - b)
    .map(([length, group]) => `case ${length}:${emitCases(group, leave)}break;`);
  return `switch(k.length){${groups.join('\n')}}${otherwise};`;
}

function emitCases(cases: readonly ElementCase[], leave: string): string {
  const bySource = Map.groupBy(cases, (each) => each.source);
  const clauses = [...bySource].map(([source, same]) => {
    const labels = same.map(({ key }) => `case${JSON.stringify(key)}:`);
    return `${labels.join('')}${source}${leave};`;
  });
  return `switch(k){\n${clauses.join('\n')}}`;
}

/** Emits the function for the members that all types of a kind share. */
export function emitKind(kind: Kind, context: EmitContext): string {
  const parent =
    kind === 'DomainResource' ? 'Resource' : kind === 'BackboneElement' ? 'Element' : '';
  const inherited = new Set(context.model.get(parent)?.elements.map((each) => each.name));
  const own = (context.model.get(kind)?.elements ?? []).filter((each) => !inherited.has(each.name));
  const cases = own.flatMap((each) => emitElement(each, { ...context, bit: 0, chosen: undefined }));
  if (kind === 'Resource') cases.push({ key: 'resourceType', source: '' });
  const otherwise = parent ? `${parent}Member(k,v,n,r,t)` : 'unknownProperty(k,r)';
  return `function ${kind}Member(k,v,n,r,t){${emitCases(cases, 'return')}${otherwise};}`;
}

function emitRequired(required: ElementModel[]): string {
  if (required.length === 0) return '';
  const names = required.map((each) => (each.isChoice ? `${each.name}[x]` : each.name)).join('|');
  const all = 2 ** required.length - 1;
  return `if(p!==${all})missing(p,t,${JSON.stringify(names)},r);\n`;
}

function kindOf(type: TypeDefinition, model: TypeModel): Kind {
  for (let at: TypeDefinition | undefined = type; at; at = model.get(at.base ?? '')) {
    const kind = KINDS.find((each) => each === at?.name);
    if (kind) return kind;
  }
  return 'Element';
}

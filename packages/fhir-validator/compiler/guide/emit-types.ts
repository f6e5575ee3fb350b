/** Emits the checks of a value's profiles, of resource types, and of the targets of references. */
import type { ElementDefinitionType } from '../definitions.ts';
import { isSame, type Place } from './place.ts';
import { baseTypeOf, gap, type ProfileContext, type ProfileRef, q } from './profile-context.ts';
import type { ProfileNode } from './profile-tree.ts';

export function emitTypes(
  node: ProfileNode,
  place: Place,
  already: readonly ProfileNode[],
  context: ProfileContext,
): string {
  const types = node.definition.type ?? [];
  if (already.some((each) => isSame(each.definition.type, types))) return '';
  const code = place.use?.code ?? place.type;
  const type = types.find((each) => each.code === code) ?? types[0];
  if (place.type === 'Resource' || place.element?.types[0]?.type === 'Resource') {
    return emitResource(types, place, context);
  }
  if (!type) return '';
  // Every extension is checked against its own definition anyway.
  if (code === 'Extension') return unknownExtensions(type, context);
  const kept = emitProfiles(type, context, (names) => callOf(names, context));
  const version = emitVersioning(type, context);
  return code === 'Reference' ? kept + version + emitTargets(type, place, context) : kept + version;
}

/**
 * Reports as open an extension that the profile uses and no package defines. The check itself is
 * complete.
 */
function unknownExtensions(type: ElementDefinitionType, context: ProfileContext): string {
  for (const url of type.profile ?? []) {
    if (!context.needsExtension(url))
      gap(context, `extension ${url}`, 'its definition is not loaded', true);
  }
  return '';
}

function emitProfiles(
  type: ElementDefinitionType,
  context: ProfileContext,
  emit: (refs: ProfileRef[]) => string,
): string {
  const urls = (type.profile ?? []).filter((each) => baseTypeOf(each, context.model) === undefined);
  const refs = urls.flatMap((each) => refOf(each, context) ?? []);
  if (urls.length === 0 || refs.length < urls.length) return '';
  return emit(refs);
}

function refOf(canonical: string, context: ProfileContext): ProfileRef | undefined {
  const [url = '', part] = canonical.split('#', 2);
  const ref = part === undefined ? context.profile(url) : undefined;
  if (!ref) {
    const why = part === undefined ? 'it is not loaded' : 'parts of profiles are not compiled';
    gap(context, `profile ${canonical}`, why);
  }
  return ref;
}

function callOf(refs: readonly ProfileRef[], { urlName }: ProfileContext): string {
  const [first, ...others] = refs;
  if (!first) return '';
  if (others.length === 0) return `kept(n,x,r,${first.name});`;
  return `oneOf(n,x,r,[${refs.map((each) => each.name)}],${urlName},${q(namesOf(refs))});`;
}

function namesOf(refs: readonly ProfileRef[]): string {
  return refs.map(({ structure }) => structure.url).join(', ');
}

/** Emits the checks of a resource within a resource: its types and its profiles. */
function emitResource(
  types: readonly ElementDefinitionType[],
  { element }: Place,
  context: ProfileContext,
): string {
  const codes = types.map(({ code }) => code).filter((each) => each !== 'Resource');
  const statements: string[] = [];
  if (codes.length > 0 && !codes.includes('DomainResource')) {
    statements.push(`onlyTypes(n,${q(`|${codes.join('|')}|`)},r,${context.urlName});`);
  }
  const isContained = element?.name === 'contained';
  for (const type of types.length === 1 ? types : []) {
    statements.push(
      emitProfiles(type, context, (refs) => {
        const [first] = refs;
        const check =
          refs.length === 1 && first ? first.name : `(n,r,x)=>{${callOf(refs, context)}}`;
        return `if(isObject(n))inside(n,r,${check},${isContained});`;
      }),
    );
  }
  return statements.join('');
}

/**
 * Emits the types that a reference may point to, and the profiles of targets that can be resolved.
 */
function emitTargets(type: ElementDefinitionType, place: Place, context: ProfileContext): string {
  const urls = type.targetProfile ?? [];
  const statements = [emitAggregation(type, context)];
  const targets = new Map<string, ProfileRef[] | undefined>();
  for (const url of urls) {
    const base = baseTypeOf(url, context.model);
    const ref = base === undefined ? context.profile(url) : undefined;
    const name = base ?? ref?.structure.type;
    if (name === undefined) {
      gap(context, `reference to ${url}`, 'its definition is not loaded');
      return statements.join('');
    }
    // If the base type is among the targets, no profile is required.
    const before = targets.has(name) ? targets.get(name) : [];
    targets.set(name, ref && before ? [...before, ref] : undefined);
  }
  const names = [...targets.keys()];
  if (names.length === 0 || names.includes('Resource')) return statements.join('');
  const base = (place.use?.targets ?? []).map((each) => each.split('/').at(-1) ?? each);
  if (base.length === 0 || base.includes('Resource') || names.length < base.length) {
    statements.push(`target(n,${context.constants.nameOf(q(`|${names.join('|')}|`))},r,'');`);
  }
  const profiled = [...targets].filter(([, refs]) => refs);
  if (profiled.length > 0) {
    const entries = profiled.map(([name, refs]) => `${name}:[${refs?.map((each) => each.name)}]`);
    const lists = context.constants.nameOf(`{${entries.join(',')}}`);
    const said = context.constants.nameOf(q(urls.join(', ')));
    statements.push(`targetConforms(n,r,${lists},${context.urlName},${said});`);
  }
  return statements.join('');
}

function emitAggregation(type: ElementDefinitionType, context: ProfileContext): string {
  const modes = type.aggregation ?? [];
  if (modes.length === 0 || modes.length === 3) return '';
  return `aggregated(n,${q(`|${modes.join('|')}|`)},r,${context.urlName});`;
}

function emitVersioning({ versioning }: ElementDefinitionType, context: ProfileContext): string {
  if (versioning !== 'specific' && versioning !== 'independent') return '';
  return `versioned(n,${versioning === 'specific'},r,${context.urlName});`;
}

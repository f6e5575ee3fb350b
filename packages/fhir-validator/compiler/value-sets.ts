/**
 * Expands the value sets whose code systems the package has. A value set that needs a terminology
 * server (for a filter, or for a code system that is not complete) is left undecided.
 */
import type { CodeSystem, Definitions, ValueSet } from './definitions.ts';
import { filteredCodes } from './value-set-filters.ts';

/** Codes by code system. */
export type Codes = Map<string, Set<string>>;
type Include = NonNullable<NonNullable<ValueSet['compose']>['include']>[number];
type Concept = NonNullable<CodeSystem['concept']>[number];
type ConceptProperty = NonNullable<Concept['property']>[number];

/** ISO 4217. Its codes are not in the package, but every JavaScript engine has those of money. */
const CURRENCIES = 'urn:iso:std:iso:4217';
/**
 * Funds, metals, codes for tests and the like. R4's expansion of the value set lists them too, and
 * the engine leaves them out.
 */
const FURTHER_CURRENCIES =
  'BOV CHE CHW CLF COU GGP IMP JEP MXV TVD USN UYI UYW VED VEF ' +
  'XAG XAU XBA XBB XBC XBD XPD XPT XTS XUA XXX';

/** All codes of a value set (url with or without version). Undefined if they are not known. */
export function expandValueSet(canonical: string, definitions: Definitions): Codes | undefined {
  return expand(canonical.split('|')[0] ?? '', definitions, new Set());
}

/**
 * The code system of a value set that takes its codes from one code system and from no other value
 * set.
 */
export function onlySystemOf(url: string, definitions: Definitions): string | undefined {
  const [first, ...others] = definitions.valueSets.get(url)?.compose?.include ?? [];
  return others.length === 0 && !first?.valueSet ? first?.system : undefined;
}

/** Explains why a value set is undecided: names the parts that are not loaded. */
export function whyUndecided(
  canonical: string,
  definitions: Definitions,
  codesMax: number,
): string {
  const url = canonical.split('|')[0] ?? '';
  const valueSet = definitions.valueSets.get(url);
  if (!valueSet) return 'its definition is not loaded';
  const codes = expandValueSet(url, definitions);
  if (codes) return `it has no codes, more than ${codesMax}, or one with "|"`;
  const all = [...(valueSet.compose?.include ?? []), ...(valueSet.compose?.exclude ?? [])];
  if (all.length === 0) return 'it includes no codes';
  const open = all.filter((each) => !included(each, definitions, new Set([url])));
  const names = open.map(({ system, valueSet: imported, filter }) =>
    system === undefined ? (imported ?? []).join(', ') : `${filter ? 'a filter on ' : ''}${system}`,
  );
  return `only a terminology server knows ${[...new Set(names)].join(', ')}`;
}

function expand(url: string, definitions: Definitions, asking: Set<string>): Codes | undefined {
  const valueSet = definitions.valueSets.get(url);
  if (!valueSet || asking.has(url)) return undefined;
  return composed(url, valueSet, definitions, asking) ?? expanded(valueSet);
}

/** The publisher's expansion, if it is complete. */
function expanded({ expansion }: ValueSet): Codes | undefined {
  const { contains = [], total, offset, extension } = expansion ?? {};
  if (contains.length === 0 || offset || extension?.some(({ url }) => TOO_COSTLY.test(url))) {
    return undefined;
  }
  const all = contains.flatMap(flat).filter(({ abstract }) => !abstract);
  if (total !== undefined && total > all.length) return undefined;
  const codes: Codes = new Map();
  for (const { system = '', code } of all) {
    if (code !== undefined) codes.set(system, (codes.get(system) ?? new Set()).add(code));
  }
  return codes;
}

const TOO_COSTLY = /valueset-(toocostly|unclosed)$/;
type Contains = NonNullable<NonNullable<ValueSet['expansion']>['contains']>[number];

function flat(each: Contains): Contains[] {
  return [each, ...(each.contains ?? []).flatMap(flat)];
}

function composed(
  url: string,
  { compose }: ValueSet,
  definitions: Definitions,
  asking: Set<string>,
): Codes | undefined {
  if (!compose) return undefined;
  const within = new Set(asking).add(url);
  const codes: Codes = new Map();
  for (const include of compose.include) {
    const some = included(include, definitions, within);
    if (!some) return undefined;
    for (const [system, each] of some)
      codes.set(system, (codes.get(system) ?? new Set()).union(each));
  }
  for (const exclude of compose.exclude ?? []) {
    const some = included(exclude, definitions, within);
    if (!some) return undefined;
    for (const [system, each] of some)
      codes.set(system, codes.get(system)?.difference(each) ?? new Set());
  }
  return compose.inactive === false ? active(codes, definitions) : codes;
}

/** Without the codes that their code systems call inactive, as `compose.inactive` asks for. */
function active(codes: Codes, { codeSystems }: Definitions): Codes {
  const without: Codes = new Map();
  for (const [system, each] of codes) {
    const inactive = inactiveCodes(codeSystems.get(system)?.concept ?? []);
    without.set(system, each.difference(new Set(inactive)));
  }
  return without;
}

function inactiveCodes(concepts: readonly Concept[]): string[] {
  return concepts.flatMap((each) => [
    ...(each.property?.some(isInactive) ? [each.code] : []),
    ...inactiveCodes(each.concept ?? []),
  ]);
}

/** https://hl7.org/fhir/R4/codesystem-concept-properties.html */
function isInactive({ code, valueBoolean, valueCode }: ConceptProperty): boolean {
  if (code === 'inactive') return valueBoolean === true;
  return code === 'status' && (valueCode === 'retired' || valueCode === 'inactive');
}

/** Undefined if they are not known. */
export function included(
  include: Include,
  definitions: Definitions,
  asking: Set<string>,
): Codes | undefined {
  const imports = (include.valueSet ?? []).map((each) =>
    expand(each.split('|')[0] ?? '', definitions, asking),
  );
  const own = include.system === undefined ? undefined : systemCodes(include, definitions);
  if (include.system !== undefined && !own) return undefined;
  let codes = own;
  for (const each of imports) {
    if (!each) return undefined;
    codes = codes ? intersection(codes, each) : each;
  }
  return codes;
}

function systemCodes(include: Include, definitions: Definitions): Codes | undefined {
  const system = include.system ?? '';
  if (include.concept)
    return new Map([[system, new Set(include.concept.map((each) => each.code))]]);
  if (system === CURRENCIES) return new Map([[system, new Set(currencies())]]);
  const codeSystem = definitions.codeSystems.get(system);
  if (codeSystem?.content !== 'complete' || !codeSystem.concept) return undefined;
  let codes: Set<string> = new Set(allCodes(codeSystem.concept));
  for (const filter of include.filter ?? []) {
    const passing = filteredCodes(codeSystem, filter);
    if (!passing) return undefined;
    codes = codes.intersection(passing);
  }
  return new Map([[system, codes]]);
}

function currencies(): string[] {
  return [...Intl.supportedValuesOf('currency'), ...FURTHER_CURRENCIES.split(' ')];
}

export function allCodes(concepts: readonly Concept[]): string[] {
  return concepts.flatMap((each) => [each.code, ...allCodes(each.concept ?? [])]);
}

function intersection(left: Codes, right: Codes): Codes {
  const both: Codes = new Map();
  for (const [system, codes] of left) {
    both.set(system, codes.intersection(right.get(system) ?? new Set()));
  }
  return both;
}

/**
 * Applies the filters of value sets to loaded code systems:
 * https://hl7.org/fhir/R4/valueset-filter-operator.html
 */
import type { CodeSystem, ValueSet } from './definitions.ts';

type Include = NonNullable<NonNullable<ValueSet['compose']>['include']>[number];
type Filter = NonNullable<Include['filter']>[number];
type Concept = NonNullable<CodeSystem['concept']>[number];

interface Entry {
  readonly concept: Concept;
  readonly parents: string[];
}

/** The codes that pass the filter. Undefined if the code system does not decide it. */
export function filteredCodes(codeSystem: CodeSystem, filter: Filter): Set<string> | undefined {
  const entries = entriesOf(codeSystem.concept ?? []);
  const { property, op, value } = filter;
  const isCode = property === 'concept' || property === 'code';
  const hierarchy = HIERARCHY[op];
  if (hierarchy) {
    if (!isCode || !entries.has(value)) return undefined;
    return codesWhere(entries, (code) => hierarchy(code, value, entries));
  }
  if (!isCode && !isProperty(codeSystem, property)) return undefined;
  const test = testOf(op, value);
  if (!test) return undefined;
  return codesWhere(entries, (code, entry) => test(isCode ? [code] : valuesOf(entry, property)));
}

/** All concepts by code, with their parent codes: by nesting and by properties. */
function entriesOf(concepts: readonly Concept[]): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  const children: [string, string][] = [];
  const visit = (concept: Concept, parent: string | undefined) => {
    const parents = parent === undefined ? [] : [parent];
    for (const { code, valueCode } of concept.property ?? []) {
      if (valueCode === undefined) continue;
      if (code === 'parent' || code === 'subsumedBy') parents.push(valueCode);
      if (code === 'child') children.push([valueCode, concept.code]);
    }
    entries.set(concept.code, { concept, parents });
    for (const each of concept.concept ?? []) visit(each, concept.code);
  };
  for (const each of concepts) visit(each, undefined);
  for (const [child, parent] of children) entries.get(child)?.parents.push(parent);
  return entries;
}

type Entries = ReadonlyMap<string, Entry>;

const HIERARCHY: Readonly<
  Record<string, (code: string, value: string, entries: Entries) => boolean>
> = {
  'is-a': (code, value, entries) => code === value || isBelow(code, value, entries),
  'descendent-of': (code, value, entries) => isBelow(code, value, entries),
  'is-not-a': (code, value, entries) => code !== value && !isBelow(code, value, entries),
  generalizes: (code, value, entries) => code === value || isBelow(value, code, entries),
  'child-of': (code, value, entries) => entries.get(code)?.parents.includes(value) ?? false,
};

function isBelow(code: string, above: string, entries: Entries): boolean {
  const seen = new Set(entries.get(code)?.parents);
  for (const each of seen) {
    if (each === above) return true;
    for (const parent of entries.get(each)?.parents ?? []) seen.add(parent);
  }
  return false;
}

function testOf(op: string, value: string): ((values: readonly string[]) => boolean) | undefined {
  const list = value.split(',').map((each) => each.trim());
  switch (op) {
    case '=':
      return (values) => values.includes(value);
    case 'in':
      return (values) => values.some((each) => list.includes(each));
    case 'not-in':
      return (values) => !values.some((each) => list.includes(each));
    case 'exists':
      return (values) => values.length > 0 === (value === 'true');
    case 'regex': {
      const pattern = patternOf(value);
      return pattern && ((values) => values.some((each) => pattern.test(each)));
    }
    default:
      return undefined;
  }
}

/** Undefined for a text that is no regular expression, at least none of JavaScript. */
function patternOf(value: string): RegExp | undefined {
  try {
    return new RegExp(`^(?:${value})$`);
  } catch {
    return undefined;
  }
}

/**
 * Whether the code system declares or uses the property. It decides no filter on any other
 * property.
 */
function isProperty({ property, concept }: CodeSystem, name: string): boolean {
  if (name === 'display' || property?.some(({ code }) => code === name)) return true;
  return [...entriesOf(concept ?? []).values()].some((each) => valuesOf(each, name).length > 0);
}

function valuesOf({ concept, parents }: Entry, name: string): string[] {
  if (name === 'display') return concept.display === undefined ? [] : [concept.display];
  if (name === 'parent') return [...parents];
  return (concept.property ?? [])
    .filter(({ code }) => code === name)
    .map((each) =>
      String(
        each.valueCode ??
          each.valueString ??
          each.valueBoolean ??
          each.valueInteger ??
          each.valueDecimal ??
          each.valueDateTime ??
          each.valueCoding?.code,
      ),
    );
}

function codesWhere(entries: Entries, test: (code: string, entry: Entry) => boolean): Set<string> {
  return new Set([...entries].filter(([code, entry]) => test(code, entry)).map(([code]) => code));
}

/** Profiles: what meta.profile promises is kept. https://hl7.org/fhir/R4/profiling.html */
import { target } from '../rules/reference.ts';
import { isInSet } from './bindings.ts';
import { equals, matches } from './json-match.ts';
import { isObject } from './object.ts';
import { undecided } from './open-bindings.ts';
import { type Item, itemsOf, valuesAt } from './profile-items.ts';
import type { Content, ElementRule, Matcher, Profile, Slicing } from './profile-rules.ts';
import { DEPTH_MAX, quote, Report } from './report.ts';

export type Profiles = ReadonlyMap<string, Profile>;

const BASE = 'http://hl7.org/fhir/StructureDefinition/';

/** Checks a resource against each of the profiles that it names. */
export function declaredProfiles(
  resource: Record<string, unknown>,
  declared: unknown,
  profiles: Profiles,
  report: Report,
): void {
  if (!Array.isArray(declared)) return;
  const tried: Tried = new Map();
  const seen = new Set<string>();
  for (const [i, canonical] of declared.entries()) {
    if (typeof canonical !== 'string') continue;
    const [url = '', version] = canonical.split('|', 2);
    const profile = profiles.get(url);
    if (profile) {
      // Named once or a thousand times: it is kept or not.
      if (seen.has(canonical)) continue;
      seen.add(canonical);
    }
    const step = `meta.profile[${i}]`;
    if (url === `${BASE}${resource['resourceType']}`) continue;
    if (!profile || (version !== undefined && version !== profile.version)) {
      const said = `The profile ${quote(canonical)} is not known: not checked`;
      report.byPolicy(
        report.settings.unknownProfile,
        'fhir-r4/profile-unknown',
        'not-found',
        said,
        step,
      );
    } else if (profile.type !== resource['resourceType']) {
      const said = `The profile ${quote(url)} is one of ${profile.type}`;
      report.error('fhir-r4/profile-type', 'structure', said, step);
    } else {
      checkContent({ value: resource, sibling: undefined, type: '', step: '' }, profile.content, {
        profile,
        profiles,
        report,
        tried,
        depth: 0,
      });
    }
  }
}

/** Whether values conform to profiles of their types, so that nothing is checked twice. */
type Tried = Map<unknown, Map<string, boolean>>;

interface Context {
  readonly profile: Profile;
  readonly profiles: Profiles;
  readonly report: Report;
  readonly tried: Tried;
  /** Profiles of types in profiles of types, each of a value that lies deeper. */
  readonly depth: number;
}

function checkContent(item: Item, content: Content, context: Context): void {
  const { report } = context;
  const { value } = item;
  if (content.fixed !== undefined && !equals(value, content.fixed)) {
    broken(context, 'fixed', 'value', `the value is fixed to ${shown(content.fixed)}`);
  }
  if (content.pattern !== undefined && !matches(value, content.pattern)) {
    broken(context, 'pattern', 'value', `the value must have ${shown(content.pattern)}`);
  }
  if (content.set && value !== undefined && value !== null && !isInSet(value, content.set)) {
    broken(
      context,
      'binding',
      'code-invalid',
      `the code must be in the value set ${content.set.url}`,
    );
  }
  if (content.open && report.asks) {
    undecided(value, content.open.set, content.open.strength, report, '');
  }
  if (content.targets !== undefined) target(value, content.targets, report, '');
  if (content.profiles) checkOneOf(item, content.profiles, context);
  if (content.check && value !== null) content.check(value, report, item.sibling);
  for (const rule of content.elements ?? []) checkElement(value, rule, context);
}

function checkElement(parent: unknown, rule: ElementRule, context: Context): void {
  const { report } = context;
  const items = itemsOf(parent, rule.name, rule.isChoice === true);
  checkCount(items.length, rule, rule.name, context);
  for (const item of items) {
    const before = report.count;
    if (rule.types !== undefined && !rule.types.includes(`|${item.type}|`)) {
      broken(
        context,
        'type',
        'structure',
        `only ${shownList(rule.types)} may stand here, no ${item.type}`,
      );
    }
    checkContent(item, rule, context);
    if (report.count !== before) report.under(before, item.step);
  }
  if (rule.slicing) checkSlices(items, rule.slicing, rule.name, context);
}

function checkSlices(items: Item[], slicing: Slicing, name: string, context: Context): void {
  const { report } = context;
  const counts = new Map<string, number>();
  for (const item of items) {
    const slice = slicing.slices.find((each) => each.match.every((one) => isMatch(item, one)));
    const before = report.count;
    if (slice) {
      counts.set(slice.slice, (counts.get(slice.slice) ?? 0) + 1);
      checkContent(item, slice, context);
    } else if (slicing.isClosed) {
      broken(
        context,
        'slicing',
        'structure',
        'the item is in none of the slices that the profile allows',
      );
    }
    if (report.count !== before) report.under(before, item.step);
  }
  for (const slice of slicing.slices) {
    checkCount(counts.get(slice.slice) ?? 0, slice, `${name}:${slice.slice}`, context);
  }
}

function isMatch(item: Item, matcher: Matcher): boolean {
  const [first, ...more] = matcher.path;
  const found = first === undefined ? [item] : valuesAt(item.value, [first, ...more]);
  if (matcher.exists !== undefined) return found.length > 0 === matcher.exists;
  return found.some(({ value, type }) => {
    if (matcher.fixed !== undefined && !equals(value, matcher.fixed)) return false;
    if (matcher.pattern !== undefined && !matches(value, matcher.pattern)) return false;
    if (matcher.set && !isInSet(value, matcher.set)) return false;
    return matcher.types === undefined || matcher.types.includes(`|${typeName(value, type)}|`);
  });
}

/** Of a choice its JSON name says the type, of a resource its resourceType. */
function typeName(value: unknown, type: string): string {
  if (type !== '') return type;
  return isObject(value) ? String(value['resourceType']) : '';
}

/** The value of a profiled data type conforms to one of the profiles at least. */
function checkOneOf(item: Item, urls: readonly string[], context: Context): void {
  const candidates = urls.flatMap((url) => context.profiles.get(url) ?? []);
  // Deeper than this nothing is valid anyway, and a profile may be about its own type.
  if (candidates.length < urls.length || context.depth > DEPTH_MAX) return;
  if (candidates.some((profile) => conforms(item, profile, context))) return;
  broken(context, 'type-profile', 'structure', `it conforms to none of ${urls.join(', ')}`);
}

function conforms(item: Item, profile: Profile, context: Context): boolean {
  const { tried, report } = context;
  const isKept = isObject(item.value);
  const known = isKept ? tried.get(item.value)?.get(profile.url) : undefined;
  if (known !== undefined) return known;
  const trial = new Report({ ...report.settings, undecided: false });
  trial.resource = report.resource;
  trial.root = report.root;
  const depth = context.depth + 1;
  checkContent(item, profile.content, { ...context, profile, report: trial, depth });
  const isConformant = trial.errors === 0;
  if (isKept) {
    const results = tried.get(item.value) ?? new Map<string, boolean>();
    tried.set(item.value, results.set(profile.url, isConformant));
  }
  return isConformant;
}

function checkCount(
  count: number,
  { min = 0, max = Number.POSITIVE_INFINITY }: { min?: number; max?: number },
  name: string,
  context: Context,
): void {
  if (count < min)
    broken(context, 'min', 'required', `${name} is required ${min} times, found ${count}`);
  if (count > max)
    broken(context, 'max', 'structure', `${name} is allowed ${max} times, found ${count}`);
}

function broken({ profile, report }: Context, rule: string, code: string, text: string): void {
  report.error(`profile/${rule}`, code, `Profile ${profile.url}: ${text}`);
}

function shown(value: unknown): string {
  return typeof value === 'object' ? quote(JSON.stringify(value)) : quote(value);
}

function shownList(list: string): string {
  return list.slice(1, -1).replaceAll('|', ', ');
}

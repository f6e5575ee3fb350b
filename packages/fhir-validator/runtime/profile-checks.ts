/**
 * Functions that compiled profiles call (see compiler/guide/emit-profile.ts). They accept any JSON,
 * even if it is not valid FHIR: the checks of the base types report that.
 */
import { isObject, plainText } from './object.ts';
import { quote } from './quote.ts';
import { DEPTH_MAX, Report } from './report.ts';
import { resolved } from './resolve.ts';

/**
 * A compiled profile. The value is a resource or a data type, the latter with its `_` sibling if it
 * is a primitive.
 */
export type ProfileCheck = (value: unknown, report: Report, sibling?: unknown) => void;

const NONE: readonly never[] = [];

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : NONE;
}

/** Number of items of a primitive array. Some may exist only in its `_` sibling. */
export function countOf(values: unknown, siblings: unknown): number {
  return Math.max(list(values).length, list(siblings).length);
}

/** The JSON name of a choice that an object has, from the value or from its `_` sibling. */
export function choiceKey(parent: unknown, names: ReadonlyMap<string, string>): string | undefined {
  for (const key in parent as object) {
    if (names.has(key)) return key;
    if (key.charCodeAt(0) === 95 && names.has(key.slice(1))) return key.slice(1);
  }
  return undefined;
}

export function few(report: Report, url: string, name: string, min: number, count: number): void {
  fault(report, 'min', 'required', url, `${name} is required ${min} times, found ${count}`);
}

export function lots(report: Report, url: string, name: string, max: number, count: number): void {
  fault(report, 'max', 'structure', url, `${name} is allowed ${max} times, found ${count}`);
}

/** `rule` is `fixed` or `pattern`. */
export function mismatch(report: Report, url: string, rule: string, text: string): void {
  fault(report, rule, 'value', url, text);
}

export function wrongType(report: Report, url: string, key: string, types: string): void {
  fault(report, 'type', 'structure', url, `${key} is not allowed here, only ${types}`);
}

export function unsliced(report: Report, url: string, text: string): void {
  fault(report, 'slicing', 'structure', url, text);
}

export function fault(report: Report, rule: string, code: string, url: string, text: string): void {
  report.error(`profile/${rule}`, code, `Profile ${url}: ${text}`);
}

/**
 * Checks the profile of a type within a profile. A profile may refer to its own type, so the depth
 * is limited to DEPTH_MAX. The base types reject deeper values.
 */
export function kept(value: unknown, sibling: unknown, report: Report, check: ProfileCheck): void {
  if (report.hops === DEPTH_MAX) return;
  report.hops++;
  check(value, report, sibling);
  report.hops--;
}

/** Checks the profiles that one imposes, each once, also if they impose each other. */
export function imposed(
  value: unknown,
  sibling: unknown,
  report: Report,
  by: ProfileCheck,
  checks: readonly ProfileCheck[],
): void {
  const before = report.imposed;
  const isSame = before !== undefined && before.value === value;
  const now = isSame ? before : { value, checks: new Set<unknown>() };
  report.imposed = now;
  now.checks.add(by);
  for (const check of checks) {
    if (now.checks.has(check)) continue;
    now.checks.add(check);
    check(value, report, sibling);
  }
  report.imposed = before;
}

/**
 * Checks a resource within another. It is its own %resource and, unless it is contained, its own
 * %rootResource.
 */
export function inside(
  value: unknown,
  report: Report,
  check: ProfileCheck,
  isContained: boolean,
): void {
  const { resource, root } = report;
  report.resource = value;
  if (!isContained) report.root = value;
  kept(value, undefined, report, check);
  report.resource = resource;
  report.root = root;
}

/**
 * Whether a value conforms to a profile, without reporting issues. A cycle of references counts as
 * conforming, and a chain of them is followed to a limit.
 */
export function conforms(
  value: unknown,
  report: Report,
  check: ProfileCheck,
  sibling?: unknown,
): boolean {
  report.conformance ??= new Map();
  const known = report.conformance.get(value) ?? new Map<unknown, boolean>();
  const before = known.get(check);
  if (before !== undefined || report.hops === DEPTH_MAX) return before ?? true;
  const trial = new Report({ ...report.settings, issuesMax: 1, undecided: false });
  const isResource = isObject(value) && typeof value['resourceType'] === 'string';
  trial.resource = isResource ? value : report.resource;
  trial.root = isResource && !isContainedIn(report.root, value) ? value : report.root;
  trial.bundle = report.bundle;
  trial.outlines = report.outlines;
  trial.hops = report.hops + 1;
  trial.conformance = report.conformance;
  trial.contained = report.contained;
  trial.entries = report.entries;
  if (isObject(value)) report.conformance.set(value, known.set(check, true));
  check(value, trial, sibling);
  if (trial.root === report.root) report.contained = trial.contained;
  report.entries = trial.entries;
  known.set(check, trial.errors === 0);
  return trial.errors === 0;
}

function isContainedIn(root: unknown, value: unknown): boolean {
  return isObject(root) && Array.isArray(root['contained']) && root['contained'].includes(value);
}

/** Reports a value that conforms to none of the profiles. */
export function oneOf(
  value: unknown,
  sibling: unknown,
  report: Report,
  checks: readonly ProfileCheck[],
  url: string,
  names: string,
): void {
  if (checks.some((check) => conforms(value, report, check, sibling))) return;
  fault(report, 'type-profile', 'structure', url, `it conforms to none of ${names}`);
}

/**
 * Resource types that a reference may point to. The target must conform to one of the profiles of
 * its type.
 */
export type Targets = Readonly<Record<string, readonly ProfileCheck[] | undefined>>;

/** A target that is loaded (contained, or in the Bundle) must conform to one of the profiles. */
export function targetConforms(
  value: unknown,
  report: Report,
  targets: Targets,
  url: string,
  names: string,
): void {
  const target = resolved(value, report);
  const type = target && plainText(target['resourceType']);
  const checks = type !== undefined && Object.hasOwn(targets, type) ? targets[type] : undefined;
  if (!target || !checks || checks.some((check) => conforms(target, report, check))) return;
  fault(report, 'target-profile', 'structure', url, `the target conforms to none of ${names}`);
}

/**
 * The type of a reference's target: of the resource if it is loaded, otherwise as the reference
 * says.
 */
export function targetTypeOf(value: unknown, report: Report): string | undefined {
  const target = resolved(value, report);
  if (target) return plainText(target['resourceType']);
  if (!isObject(value)) return undefined;
  const [, type] =
    /(?:^|\/)([A-Z][A-Za-z]{1,63})\/[A-Za-z0-9.-]{1,64}(?:\/_history\/.*)?$/.exec(
      plainText(value['reference'] ?? '').slice(-256),
    ) ?? [];
  if (type !== undefined) return type;
  return typeof value['type'] === 'string' ? value['type'] : undefined;
}

/** Reports a resource that has none of these types. */
export function onlyTypes(value: unknown, types: string, report: Report, url: string): void {
  if (!isObject(value) || types.includes(`|${plainText(value['resourceType'])}|`)) return;
  const allowed = types.slice(1, -1).replaceAll('|', ', ');
  const said = `only ${allowed} is allowed here, not ${quote(value['resourceType'])}`;
  fault(report, 'type', 'structure', url, said);
}

/**
 * Checks the allowed forms of a reference: `|contained|referenced|bundled|`. What is in the Bundle is
 * outside of the resource, so it may be referenced too.
 */
export function aggregated(value: unknown, modes: string, report: Report, url: string): void {
  const to = isObject(value) ? value['reference'] : undefined;
  if (typeof to !== 'string') return;
  const isLocal = to.startsWith('#');
  if (modes.includes(isLocal ? '|contained|' : '|referenced|')) return;
  const isBundled = !isLocal && report.bundle !== undefined && resolved(value, report);
  if (isBundled && modes.includes('|bundled|')) return;
  const mode = isLocal ? 'contained' : isBundled ? 'bundled' : 'referenced';
  const allowed = modes.slice(1, -1).replaceAll('|', ' or ');
  const said = `the reference must be ${allowed}, but is ${mode}`;
  fault(report, 'aggregation', 'structure', url, said);
}

/** Checks whether a Reference, or a canonical, names a version (`specific`) or not. */
export function versioned(value: unknown, isSpecific: boolean, report: Report, url: string): void {
  const to = isObject(value) ? value['reference'] : value;
  if (typeof to !== 'string' || to.startsWith('#')) return;
  if (to.includes(isObject(value) ? '/_history/' : '|') === isSpecific) return;
  const said = `the reference must ${isSpecific ? '' : 'not '}name a version`;
  fault(report, 'versioning', 'structure', url, said);
}

export function someItem(value: unknown, test: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.some(test);
}

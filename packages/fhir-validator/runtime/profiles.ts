/**
 * Checks a resource against the profiles that it declares and those that the configuration asks
 * for.
 */
import type { ProfileCheck } from './profile-checks.ts';
import { quote } from './quote.ts';
import type { Report } from './report.ts';
import type { Wanted } from './selection.ts';

export interface Profile {
  readonly url: string;
  readonly version?: string;
  /** The type that it constrains. */
  readonly type: string;
  readonly check: ProfileCheck;
}

/** By url, and by `url|version`. */
export type Profiles = ReadonlyMap<string, Profile>;

/** If a canonical names no version, the first profile with its url applies. */
export function profilesByUrl(profiles: readonly Profile[]): Profiles {
  const byUrl = new Map<string, Profile>();
  for (const each of profiles) {
    byUrl.set(each.url, byUrl.get(each.url) ?? each);
    if (each.version !== undefined) byUrl.set(`${each.url}|${each.version}`, each);
  }
  return byUrl;
}

const BASE = 'http://hl7.org/fhir/StructureDefinition/';

/** Checks a resource against each of its profiles once. */
export function checkProfiles(
  resource: Record<string, unknown>,
  declared: unknown,
  profiles: Profiles,
  wanted: Wanted | undefined,
  report: Report,
): void {
  const checked = new Set<Profile>();
  const seen = new Set<string>();
  for (const [i, canonical] of Array.isArray(declared) ? declared.entries() : []) {
    if (typeof canonical !== 'string') continue;
    // A profile that is named several times is checked once.
    if (profiles.has(canonical) && seen.has(canonical)) continue;
    seen.add(canonical);
    const profile = declaredProfile(canonical, resource, profiles, report, `meta.profile[${i}]`);
    if (profile) checked.add(profile);
  }
  if (wanted) {
    const more = checked.size > 0 ? [] : wanted.ifNoneDeclared;
    for (const url of [...wanted.always, ...more]) {
      const profile = profiles.get(url);
      if (profile) checked.add(profile);
    }
  }
  if (checked.size === 0) return;
  const before = report.imposed;
  // What a profile imposes is checked once, also if the resource declares it too.
  report.imposed = { value: resource, checks: new Set([...checked].map(({ check }) => check)) };
  for (const profile of checked) profile.check(resource, report);
  report.imposed = before;
}

function declaredProfile(
  canonical: string,
  resource: Record<string, unknown>,
  profiles: Profiles,
  report: Report,
  step: string,
): Profile | undefined {
  const [url = canonical, version] = canonical.split('|', 2);
  const base = url.startsWith(BASE) ? url.slice(BASE.length) : '';
  if (report.settings.resourceTypes.has(base) && base !== resource['resourceType']) {
    report.error('fhir-r4/profile-type', 'structure', `${quote(url)} is another type`, step);
    return undefined;
  }
  if (isOwnBase(base, resource['resourceType']) && isOurVersion(version)) return undefined;
  const profile = profiles.get(canonical);
  if (!profile) {
    const said = `The profile ${quote(canonical)} is not known: not checked`;
    report.byPolicy(
      report.settings.unknownProfile,
      'fhir-r4/profile-unknown',
      'not-found',
      said,
      step,
    );
    return undefined;
  }
  if (profile.type === resource['resourceType']) return profile;
  const said = `The profile ${quote(url)} is for ${profile.type}`;
  report.error('fhir-r4/profile-type', 'structure', said, step);
  return undefined;
}

/** The definitions of its own type and of those that it derives from ask for nothing more. */
function isOwnBase(base: string, type: unknown): boolean {
  if (base === type || base === 'Resource') return true;
  return (
    base === 'DomainResource' && type !== 'Bundle' && type !== 'Binary' && type !== 'Parameters'
  );
}

/** Of the base definitions. */
function isOurVersion(version: string | undefined): boolean {
  return version === undefined || version === '4.0.1' || version === '4.0';
}
